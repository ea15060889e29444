/** What a fleet draws of its jobs: how fast they start, and what is wrong with them. */
import { expect, test } from 'vitest';
import { faultOf, jobFaults, type JobFault } from '../../../lab/fleet/draw-fault.ts';
import { fleetJobs } from '../../../lab/fleet/fleet-jobs.ts';
import { fleetRun } from '../../../lab/fleet/fleet-run.ts';
import { slowestStartMs, startTakesMs } from '../../../lab/fleet/start-times.ts';
import type { SimulatedRun } from '../../../simulation/flink/simulated-run.ts';

function begun(fault?: JobFault, speed = 1): SimulatedRun {
  const job = { namespace: 'fleet', name: 'a' };
  const run = fleetRun({ job, nth: 1, seed: 1, speed, path: 's3a://state/savepoint-1', fault });
  run.startedMs = 1_000_000;
  return run;
}

test('a run takes as long as it was drawn, so many times less with speed, and longer where it is slow', () => {
  const takesMs = startTakesMs(1, 'fleet/a', 1);
  expect(begun().runsMs).toBe(1_000_000 + takesMs);
  expect(begun(undefined, 20).runsMs).toBe(1_000_000 + Math.round(takesMs / 20));
  expect(begun('slow').runsMs).toBe(1_000_000 + 3 * takesMs);
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
