/** A fleet of simulated jobs escapes: what the simulator plays is what the product takes for Flink. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../../adapters/clock.ts';
import { verifySnapshot } from '../../../jobs/recovery-points/verify-snapshot.ts';
import { readManifest, recoveryPointIds } from '../../../jobs/recovery-points/recovery-points.ts';
import { openStore } from '../../../adapters/storage/open-store.ts';
import { jobKey } from '../../../model/job/job.ts';
import { storeKeys } from '../../../model/store-keys.ts';
import { readSecret } from '../../../adapters/secrets.ts';
import { home, peer, startStage, type FleetStage } from './stage.ts';

let stage: FleetStage;
beforeAll(async () => {
  stage = await startStage({ jobs: 50, seed: 7, speed: 10, faults: 0.1, settings: quickDeadline });
}, 90_000);
afterAll(() => stage?.stop(), 30_000);

/** A job that is never ready is given up after this. */
const quickDeadline = {
  tiers: Object.fromEntries(['P0', 'P1', 'P2', 'P3'].map((tier) => [tier, { startDeadline: '20s' }])),
};

test('recovery points of the fleet are what the product would have made', async () => {
  const config = stage.config.zones[peer]!.stores['s3']!;
  const store = openStore(peer, 's3', config, { secrets: readSecret, clock: systemClock() });
  try {
    const job = stage.jobs[3]!;
    const [id] = await recoveryPointIds(store, job);
    const read = await readManifest(store, storeKeys.recoveryPointKey(job, id!));
    if (!read.ok) throw new Error(read.why);
    const { checkpointId, files, snapshot } = read.manifest;
    expect(await verifySnapshot(store, config, snapshot)).toMatchObject({ checkpointId, files });
  } finally {
    await store.close();
  }
});

test('the whole fleet escapes, and its faults are told apart', async () => {
  await stage.startWorker();
  const report = await stage.escape('INC-1');
  expect(report).toMatchObject({ zone: home, to: [peer], fence: { outcome: 'unreachable' } });
  expect(report.jobs).toHaveLength(stage.jobs.length);
  const faults = new Map(stage.jobs.map((job) => [jobKey(job), stage.simulator.faultOf(job)]));
  expect(new Set(faults.values()).size).toBeGreaterThan(2);
  for (const line of report.jobs) {
    const fault = faults.get(jobKey(line));
    const comesUp = fault === undefined || fault === 'slow' || fault === 'rest-5xx';
    expect(line, JSON.stringify(line)).toMatchObject({ outcome: comesUp ? 'running' : 'failed', epoch: 2 });
    if (comesUp) expect(stage.simulator.runOf(line)!.restoredPath).toBe(line.restoredPath);
    if (fault === 'wrong-path') expect(line.diagnosis).toBe('wrong-path-restored');
  }
});

test('it says of itself that it simulates', async () => {
  const job = stage.jobs.find((one) => stage.simulator.faultOf(one) === undefined)!;
  const flinkRest = stage.config.zones[peer]!.flinkRest;
  if (flinkRest.via !== 'url') throw new Error('the stage reaches Flink by URL');
  const url = flinkRest.template.replace('{namespace}', job.namespace).replace('{job}', job.name);
  expect(await (await fetch(`${url}/config`)).json()).toMatchObject({ 'flink-version': '1.20.0-simulated' });
  const folder = '/apis/flink.apache.org/v1beta1/namespaces/fleet/flinkdeployments';
  const object = JSON.parse((await stage.api.send('GET', `${folder}/${job.name}`)).body) as {
    metadata: { labels: Record<string, string> };
  };
  expect(object.metadata.labels).toMatchObject({ 'az-escape.io/simulated': 'true' });
});
