/** What a simulated run tells at which time, against the product's own reading of Flink's answers. */
import { describe, expect, test } from 'vitest';
import {
  checkpointStatusAnswer,
  checkpointsAnswer,
  exceptionsAnswer,
  jobAnswer,
  jobsAnswer,
} from '../../../../adapters/flink/answers.ts';
import { nothingSeen, remember } from '../../../../model/health/flink/restore-history.ts';
import { restoreVerdict } from '../../../../model/health/flink/restore-verdict.ts';
import { samePath } from '../../../../model/store-location.ts';
import type { SimulatedRun } from '../../../../simulation/flink/simulated-run.ts';
import { ask, begunRun, path } from './stage.ts';

const late = 600;

function verdictAt(run: SimulatedRun, seconds: number) {
  const body = (of: string): unknown => ask(run, ['GET', of], seconds).body;
  const sighting = {
    job: jobAnswer.parse(body('/jobs/{id}')),
    checkpoints: checkpointsAnswer.parse(body('/jobs/{id}/checkpoints')),
    exceptions: exceptionsAnswer.parse(body('/jobs/{id}/exceptions')),
  };
  return restoreVerdict(sighting, { path, samePath }, remember(nothingSeen, sighting));
}

describe('a simulated run', () => {
  test('is not there, then knows no job, then starts, then runs on what it was asked to restore', () => {
    const run = begunRun();
    expect(ask(run, ['GET', '/jobs'], 9).status).toBe(503);
    expect(jobsAnswer.parse(ask(run, ['GET', '/jobs'], 10).body)).toEqual([]);
    expect(jobsAnswer.parse(ask(run, ['GET', '/jobs'], 11).body)).toEqual([{ id: run.jobId, status: 'RUNNING' }]);
    expect(verdictAt(run, 12)).toMatchObject({ state: 'starting' });
    expect(verdictAt(run, 30)).toEqual({ state: 'all-running' });
    expect(verdictAt(run, 41)).toEqual({ state: 'confirmed', checkpointId: 8 });
  });

  test('takes a checkpoint that it is asked for, once for each trigger', () => {
    const run = begunRun();
    const statusAt = (seconds: number) => ask(run, ['GET', '/jobs/{id}/checkpoints/t1'], seconds);
    expect(statusAt(31).status).toBe(404);
    for (let times = 0; times < 2; times += 1) {
      expect(ask(run, ['POST', '/jobs/{id}/checkpoints'], 31, { body: { triggerId: 't1' } }).status).toBe(202);
    }
    expect(checkpointStatusAnswer.parse(statusAt(31.5).body).status.id).toBe('IN_PROGRESS');
    expect(checkpointStatusAnswer.parse(statusAt(32).body).operation?.checkpointId).toBe(8);
    expect(verdictAt(run, 32)).toEqual({ state: 'confirmed', checkpointId: 8 });
    expect(checkpointsAnswer.parse(ask(run, ['GET', '/jobs/{id}/checkpoints'], 32).body).counts.completed).toBe(1);
  });

  test('tells of the checkpoints that are under way', () => {
    const run = begunRun();
    const { underWay, counts } = checkpointsAnswer.parse(ask(run, ['GET', '/jobs/{id}/checkpoints'], 50.5).body);
    expect(underWay).toEqual([{ id: 0, isSavepoint: false, triggerTimestampMs: 1_050_000 }]);
    expect(counts).toMatchObject({ completed: 1, inProgress: 1 });
  });

  test('with a fault is seen for what it is', () => {
    expect(verdictAt(begunRun('wrong-path'), late)).toMatchObject({ state: 'wrong-path' });
    expect(verdictAt(begunRun('never-ready'), late)).toMatchObject({ state: 'starting' });
    expect(verdictAt(begunRun('restart-loop'), late)).toMatchObject({ state: 'failing' });
    expect(verdictAt(begunRun('file-missing'), late)).toMatchObject({ state: 'failing' });
    expect(verdictAt(begunRun('slow'), 89)).toMatchObject({ state: 'starting' });
    expect(verdictAt(begunRun('slow'), late)).toMatchObject({ state: 'confirmed' });
    expect(ask(begunRun('falls-silent'), ['GET', '/jobs'], late).status).toBe(503);
  });

  test('that began with empty state says that it restored nothing', () => {
    expect(verdictAt(begunRun(undefined, { path: undefined }), late)).toEqual({
      state: 'wrong-path',
      restoredPath: undefined,
    });
  });

  test('waits for its pods', () => {
    const run = begunRun();
    run.startedMs = undefined;
    expect(ask(run, ['GET', '/jobs'], late).status).toBe(503);
    expect(run.allRunAt(Number.MAX_SAFE_INTEGER)).toBe(false);
  });

  test('knows no other job, and no other call', () => {
    expect(ask(begunRun(), ['GET', '/jobs/another'], late).status).toBe(404);
    expect(ask(begunRun(), ['GET', '/taskmanagers'], late).status).toBe(404);
  });
});
