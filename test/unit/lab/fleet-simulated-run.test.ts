/** What a simulated job would answer, against the product's own reading of Flink's answers. */
import { describe, expect, test } from 'vitest';
import { checkpointsAnswer, exceptionsAnswer, jobAnswer, jobsAnswer } from '../../../adapters/flink/answers.ts';
import { fleetJobs } from '../../../lab/fleet/fleet-jobs.ts';
import { faultOf, jobFaults, type JobFault } from '../../../lab/fleet/job-fault.ts';
import { answerOf, nobodyListens } from '../../../lab/fleet/rest-answers.ts';
import { SimulatedRun } from '../../../lab/fleet/simulated-run.ts';
import { slowestStartMs, startTakesMs } from '../../../lab/fleet/start-times.ts';
import { nothingSeen, remember } from '../../../model/health/flink/restore-history.ts';
import { restoreVerdict } from '../../../model/health/flink/restore-verdict.ts';
import { samePath } from '../../../model/store-location.ts';

const path = 's3a://state/az-escape/snapshots/fleet/a/t/savepoint-1';

function begun(fault?: JobFault): SimulatedRun {
  const run = new SimulatedRun({ job: 'fleet/a', nth: 1, seed: 1, speed: 1, path, fault });
  run.startedMs = 1_000_000;
  return run;
}

function look(run: SimulatedRun, nowMs: number) {
  const ask = (asked: string, method = 'GET') =>
    answerOf(run, { method, path: asked }, { nowMs, checkpointsTo: 's3a://state/checkpoints' });
  const [job] = jobsAnswer.parse(ask('/jobs').body);
  return {
    ask,
    sighting: {
      job: jobAnswer.parse(ask(`/jobs/${job!.id}`).body),
      checkpoints: checkpointsAnswer.parse(ask(`/jobs/${job!.id}/checkpoints`).body),
      exceptions: exceptionsAnswer.parse(ask(`/jobs/${job!.id}/exceptions`).body),
    },
  };
}

function verdictAt(run: SimulatedRun, nowMs: number) {
  const { sighting } = look(run, nowMs);
  return restoreVerdict(sighting, { path, samePath }, remember(nothingSeen, sighting));
}

describe('a simulated run', () => {
  test('is not there, then starts, then runs on what it was asked to restore, then has a checkpoint', () => {
    const run = begun();
    const before = { nowMs: run.answersMs - 1, checkpointsTo: '' };
    expect(answerOf(run, { method: 'GET', path: '/jobs' }, before)).toBe(nobodyListens);
    expect(verdictAt(run, run.answersMs + 1)).toMatchObject({ state: 'starting' });
    expect(verdictAt(run, run.runsMs + 1)).toEqual({ state: 'all-running' });
    look(run, run.runsMs + 1).ask(`/jobs/${run.jobId}/checkpoints`, 'POST');
    expect(verdictAt(run, run.runsMs + 1_000)).toEqual({ state: 'confirmed', checkpointId: 8 });
    expect(verdictAt(begun(), run.runsMs + 11_000)).toMatchObject({ state: 'confirmed' });
  });

  test('with a fault is seen for what it is', () => {
    const late = 2_000_000;
    expect(verdictAt(begun('wrong-path'), late)).toMatchObject({ state: 'wrong-path' });
    expect(verdictAt(begun('never-ready'), late)).toMatchObject({ state: 'starting' });
    expect(verdictAt(begun('restart-loop'), late)).toMatchObject({ state: 'failing' });
    expect(begun('slow').runsMs - 1_000_000).toBe(3 * (begun().runsMs - 1_000_000));
    expect(verdictAt(begun('slow'), begun('slow').runsMs - 1)).toMatchObject({ state: 'starting' });
    expect(verdictAt(begun('slow'), late)).toMatchObject({ state: 'confirmed' });
  });

  test('waits for its body', () => {
    const run = begun();
    run.startedMs = undefined;
    expect(answerOf(run, { method: 'GET', path: '/jobs' }, { nowMs: 2_000_000, checkpointsTo: '' }).status).toBe(503);
  });
});

test('starts take as long as measured ones, and the same seed draws the same', () => {
  const drawn = Array.from({ length: 2_000 }, (_, index) => startTakesMs(3, `fleet/${index}`, 1)).toSorted(
    (a, b) => a - b,
  );
  expect(drawn[0]).toBeGreaterThanOrEqual(9_400);
  expect(drawn.at(-1)).toBeLessThanOrEqual(slowestStartMs);
  expect(drawn[1_000]! / 1000).toBeCloseTo(20, 0);
  expect(startTakesMs(3, 'fleet/5', 1)).toBe(startTakesMs(3, 'fleet/5', 1));
  expect(startTakesMs(4, 'fleet/5', 1)).not.toBe(startTakesMs(3, 'fleet/5', 1));
});

test('so many jobs have a fault as were asked for, of every kind', () => {
  const jobs = Array.from({ length: 2_000 }, (_, index) => faultOf(1, `fleet/${index}`, 0.1));
  const faulty = jobs.filter((fault) => fault !== undefined);
  expect(faulty.length / jobs.length).toBeCloseTo(0.1, 1);
  expect(new Set(faulty)).toEqual(new Set(jobFaults));
  expect(faultOf(1, 'fleet/1', 0)).toBeUndefined();
});

test('a fleet has jobs of every tier, few of the most important', () => {
  const count = (tier: string, of = fleetJobs(1_000)) => of.filter((job) => job.tier === tier).length;
  expect(['P0', 'P1', 'P2', 'P3'].map((tier) => count(tier))).toEqual([20, 180, 500, 300]);
  expect(count('P0', fleetJobs(5))).toBe(1);
});
