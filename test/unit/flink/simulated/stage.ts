/** One simulated run by itself, as its REST tells of it. */
import { answerOf, type RestAnswer, type Surroundings } from '../../../../simulation/flink/rest-answers.ts';
import type { RunFault } from '../../../../simulation/flink/faults.ts';
import { SimulatedRun } from '../../../../simulation/flink/simulated-run.ts';
import { SimulatedSavepoints } from '../../../../simulation/flink/simulated-savepoints.ts';
import { ManualClock } from '../../../fakes/manual-clock.ts';

export const startedMs = 1_000_000;
export const path = 's3a://state/az-escape/snapshots/shop/orders/t/savepoint-1';

/** Its JobManager answers after 10 s and knows its job after 11; its tasks run after 30. */
export function begunRun(fault?: RunFault, settings: { path?: string | undefined } = { path }): SimulatedRun {
  return new SimulatedRun({
    job: { namespace: 'shop', name: 'orders' },
    jobId: 'ab'.repeat(16),
    path: settings.path,
    restoredId: 7,
    checkpointsTo: 's3a://state/checkpoints/shop/orders',
    startedMs,
    fault,
    pace: {
      answersAfterMs: 10_000,
      knowsJobAfterMs: 11_000,
      runsAfterMs: 30_000,
      restoredBeforeMs: 500,
      checkpointEveryMs: 10_000,
      checkpointTakesMs: 1_000,
      restartEveryMs: 4_000,
    },
  });
}

export const files = new Map<string, Uint8Array>();

/** Flink's savepoints go to a store that takes all of them. */
export function savepointsOn(clock: ManualClock): SimulatedSavepoints {
  const store = { objects: files, write: (key: string, bytes: Uint8Array) => void files.set(key, bytes) };
  return new SimulatedSavepoints(clock, 1, (key) => ({ store, key, refuses: key.startsWith('refused') }));
}

/** Asks a run at a time, given in seconds since its start. */
export function ask(
  run: SimulatedRun,
  [method, path]: readonly [method: 'GET' | 'POST', path: string],
  atSeconds: number,
  { body, savepoints = savepointsOn(new ManualClock()) }: { body?: unknown } & Partial<Surroundings> = {},
): RestAnswer {
  const nowMs = startedMs + atSeconds * 1_000;
  return answerOf(
    run,
    { method, path: path.replace('{id}', run.jobId), body },
    { nowMs, version: '1.20.0', savepoints },
  );
}
