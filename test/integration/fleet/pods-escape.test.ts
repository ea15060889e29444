/** A fleet with real pods escapes into a zone that is full of P3 pods: the scheduler clears the way by priority. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fleetNamespace, type FleetJob } from '../../../lab/fleet/fleet-jobs.ts';
import { PodBody } from '../../../lab/fleet/pods/pod-body.ts';
import { specWithPods } from '../../../lab/fleet/pods/pods-of-job.ts';
import type { Tier } from '../../../model/job/tier.ts';
import { until } from '../servers/process.ts';
import { startCluster, type TestCluster } from '../servers/scheduling.ts';
import { startStage, type FleetStage } from './stage.ts';

const perJob = { pods: 4, taskManager: { cores: 10, memoryGiB: 4 } };
const jobOf = (name: string, tier: Tier): FleetJob => ({ namespace: fleetNamespace, name, tier });
const jobs = [jobOf('orders', 'P1'), jobOf('clicks', 'P2'), jobOf('views', 'P2')];
let cluster: TestCluster;
let stage: FleetStage;
let ordinary: PodBody;

beforeAll(async () => {
  // Five jobs fit: of the three P3 jobs that run here, one must give way to the three that come.
  cluster = await startCluster({ count: 5, shape: { cores: 33, memoryGiB: 64, pods: 20 } });
  ordinary = new PodBody(cluster.api, () => {});
  await ordinary.open();
  for (const name of ['a', 'b', 'c']) {
    ordinary.start({
      apiVersion: 'flink.apache.org/v1beta1',
      kind: 'FlinkDeployment',
      metadata: { namespace: 'default', name },
      spec: specWithPods('P3', perJob),
    });
  }
  await until(async () => ordinary.running === 12, 20_000);
  stage = await startStage({ jobs, speed: 10, pods: { cluster, perJob } });
  await stage.startWorker();
}, 120_000);

afterAll(async () => {
  await ordinary?.close();
  await stage?.stop();
  await cluster?.stop();
}, 30_000);

test('every job runs with all of its pods, and only as many P3 pods went as had to', async () => {
  const report = await stage.escape('INC-1');
  expect(report.jobs.map(({ name, outcome, code }) => [name, outcome, code])).toEqual([
    ['orders', 'running', 'Running'],
    ['clicks', 'running', 'Running'],
    ['views', 'running', 'Running'],
  ]);
  expect(stage.simulator.count()).toEqual({ started: 3, running: 3 });
  const pods = JSON.parse((await cluster.api.send('GET', '/api/v1/pods')).body) as {
    items: { metadata: { namespace: string }; spec: { priorityClassName: string }; status: { phase: string } }[];
  };
  const of = (namespace: string, phase: string) =>
    pods.items.filter(({ metadata, status }) => metadata.namespace === namespace && status.phase === phase).length;
  expect(of(fleetNamespace, 'Running')).toBe(12);
  expect(of(fleetNamespace, 'Pending')).toBe(0);
  expect(of('default', 'Running')).toBeGreaterThanOrEqual(8);
  expect(of('default', 'Running')).toBeLessThan(12);
});
