/** The fleet of a lost zone with two peers, on real servers: one escape starts both halves, one peer at a time dies. */
import { writeFileSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { fleetJobs } from '../../../lab/fleet/fleet-jobs.ts';
import { jobKey } from '../../../model/job/job.ts';
import { storeKeys } from '../../../model/store-keys.ts';
import { until } from '../servers/process.ts';
import type { PeerZone } from './peer-zone.ts';
import { home, peer, startStage, type FleetStage } from './stage.ts';

const other = 'az-c';
const testTimeoutMs = 240_000;
let stage: FleetStage | undefined;
afterEach(async () => {
  await stage?.stop();
  stage = undefined;
});

/** Forty jobs, those with an even number protected in az-b and the rest in az-c, as both stores have it noted. */
async function startShared(): Promise<FleetStage & { other: PeerZone }> {
  const jobs = fleetJobs(40);
  const of = (half: 0 | 1) => jobs.filter((_, index) => index % 2 === half);
  const pace = { seed: 3, speed: 8 };
  const started = await startStage({ ...pace, jobs: of(0), other: { name: other, options: { ...pace, jobs: of(1) } } });
  stage = started;
  const folders = [started.storeFolder, started.other!.storeFolder];
  for (const zone of [{ ...started, name: peer }, started.other!]) {
    for (const job of zone.jobs) {
      const key = storeKeys.seatKey(home, job, { peer: zone.name, atMs: 1 });
      for (const folder of folders) {
        mkdirSync(dirname(join(folder, key)), { recursive: true });
        writeFileSync(join(folder, key), zone.name);
      }
    }
  }
  await started.startWorker();
  return { ...started, other: started.other! };
}

function expectStartedOnce(...zones: Pick<PeerZone, 'jobs' | 'simulator'>[]): void {
  for (const { jobs, simulator } of zones) {
    for (const job of jobs) expect(simulator.starts.get(jobKey(job)), `starts of ${job.name}`).toBe(1);
    expect(simulator.count().running).toBe(jobs.length);
  }
}

test('a silent peer leaves its own jobs, which the next escape takes up', { timeout: testTimeoutMs }, async () => {
  const shared = await startShared();
  await shared.other.kubernetes.freeze();
  shared.other.s3.freeze();
  const first = await shared.escape('INC-1');
  expect(first.totals).toMatchObject({ running: 20, left: 20, failed: 0 });
  for (const line of first.jobs.filter(({ outcome }) => outcome === 'left')) {
    expect(line).toMatchObject({ to: other, code: 'PeerDown' });
  }
  shared.other.kubernetes.thaw();
  shared.other.s3.thaw();
  const second = await shared.escape('INC-2');
  expect(second.totals).toMatchObject({ running: 20, left: 0, failed: 0 });
  expectStartedOnce(shared, shared.other);
});

test('a peer whose API server dies in the middle holds up nobody else', { timeout: testTimeoutMs }, async () => {
  const shared = await startShared();
  let accepted = false;
  const escape = shared.escape('INC-1', () => (accepted = true));
  const failed = escape.then(() => false);
  await Promise.race([failed, until(async () => accepted && shared.other.simulator.count().started >= 7, 90_000)]);
  await shared.other.kubernetes.killApiServer();
  await Promise.race([failed, until(async () => shared.simulator.count().running === shared.jobs.length, 90_000)]);
  await shared.other.kubernetes.restartApiServer();
  expect((await escape).totals).toMatchObject({ running: 40, left: 0, failed: 0 });
  expectStartedOnce(shared, shared.other);
});
