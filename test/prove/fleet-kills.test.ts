/**
 * Whatever dies while a hundred jobs escape, the escape ends as if nothing had: the same line for each job, each started
 * once. Real processes are killed, stopped and started again.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { jobKey } from '../../model/job/job.ts';
import type { Report } from '../../model/report/schema.ts';
import { startFaultyProxy, type FaultyProxy } from '../integration/servers/faulty-proxy.ts';
import { until } from '../integration/servers/process.ts';
import { startStage, type FleetStage, type StageOptions } from '../integration/fleet/stage.ts';

const fleet = { jobs: 100, seed: 11, speed: 8 } satisfies StageOptions;
const testTimeoutMs = 240_000;

/** The store stays away for so long. */
const storeAwayMs = 30_000;

let undisturbed: ReturnType<typeof essence>;
let stage: FleetStage | undefined;

beforeAll(async () => {
  stage = await startStage(fleet);
  await stage.startWorker();
  undisturbed = essence(await stage.escape('undisturbed'));
  expect(undisturbed.map(({ outcome }) => outcome)).toEqual(Array.from({ length: fleet.jobs }, () => 'running'));
  await stage.stop();
}, testTimeoutMs);
afterEach(async () => {
  await stage?.stop();
  stage = undefined;
});

/** What does not depend on when it happened. */
function essence(report: Report) {
  return report.jobs
    .map(({ namespace, name, outcome, epoch, recoveryPoint, restoredPath }) => ({
      job: jobKey({ namespace, name }),
      outcome,
      epoch,
      // Its id begins with the time of its state.
      recoveryPoint: recoveryPoint?.split('-')[1],
      restoredPath,
    }))
    .toSorted((a, b) => (a.job < b.job ? -1 : 1));
}

/** Escapes, disturbed by `disturb` once a third of the jobs are started. */
async function escapeDisturbed(on: FleetStage, disturb: () => Promise<void>): Promise<void> {
  let accepted = false;
  const escape = on.escape('disturbed', () => (accepted = true));
  // An escape that fails early is told by its own words, not by what was awaited meanwhile.
  const failed = escape.then(() => false);
  await Promise.race([
    failed,
    until(async () => accepted && on.simulator.count().started >= on.jobs.length / 3, 90_000),
  ]);
  await disturb();
  expect(essence(await escape)).toEqual(undisturbed);
  for (const job of on.jobs) {
    expect(on.simulator.starts.get(jobKey(job)), `starts of ${job.name}`).toBe(1);
    expect(on.simulator.runOf(job), `run of ${job.name}`).toBeDefined();
  }
}

test('the worker is killed, and another comes', { timeout: testTimeoutMs }, async () => {
  stage = await startStage(fleet);
  const worker = await stage.startWorker();
  await escapeDisturbed(stage, async () => {
    await worker.kill();
    await stage!.startWorker();
  });
});

test('one of two workers is killed', { timeout: testTimeoutMs }, async () => {
  stage = await startStage(fleet);
  const [worker] = await Promise.all([stage.startWorker(), stage.startWorker()]);
  await escapeDisturbed(stage, () => worker.kill());
});

test('Temporal is killed and starts again on its file', { timeout: testTimeoutMs }, async () => {
  stage = await startStage(fleet);
  const { temporal } = stage;
  await stage.startWorker();
  await escapeDisturbed(stage, async () => {
    await temporal.kill();
    await sleep(3_000);
    await temporal.restart();
  });
});

test('the API server of the surviving zone is killed and comes back', { timeout: testTimeoutMs }, async () => {
  stage = await startStage(fleet);
  const { kubernetes } = stage;
  await stage.startWorker();
  await escapeDisturbed(stage, async () => {
    await kubernetes.killApiServer();
    await sleep(3_000);
    await kubernetes.restartApiServer();
  });
});

test('its store is silent for half a minute', { timeout: testTimeoutMs }, async () => {
  stage = await startStage(fleet);
  const { s3 } = stage;
  await stage.startWorker();
  await escapeDisturbed(stage, async () => {
    s3.freeze();
    await sleep(storeAwayMs);
    s3.thaw();
  });
});

test('its API server answers a third of the calls with 429 or 5xx', { timeout: testTimeoutMs }, async () => {
  let proxy: FaultyProxy | undefined;
  try {
    stage = await startStage({
      ...fleet,
      kubeconfigOf: async (kubernetes) => {
        proxy = await startFaultyProxy(kubernetes, 1 / 3, 5);
        return proxy.kubeconfig;
      },
    });
    await stage.startWorker();
    await escapeDisturbed(stage, async () => {});
    const { passed, refused } = proxy!.counts;
    expect(refused / (passed + refused)).toBeGreaterThan(0.25);
  } finally {
    await proxy?.stop();
  }
});
