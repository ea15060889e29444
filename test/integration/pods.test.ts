/** Real pods of simulated jobs: scheduling, priorities, pre-emption and garbage collection are Kubernetes' own. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../adapters/clock.ts';
import { openCluster } from '../../adapters/kubernetes/open-cluster.ts';
import type { ZoneCluster } from '../../adapters/kubernetes/port.ts';
import { PodBody } from '../../lab/fleet/pods/pod-body.ts';
import { specWithPods } from '../../lab/fleet/pods/pods-of-job.ts';
import { giveRoom } from '../../model/move/give-room.ts';
import { demandOf } from '../../model/capacity/demand.ts';
import { jobOf, type FlinkDeployment } from '../../model/job/flink-deployment.ts';
import { labels } from '../../model/job/marks.ts';
import type { Tier } from '../../model/job/tier.ts';
import { until } from './servers/process.ts';
import { startCluster, type TestCluster } from './servers/scheduling.ts';

const withinMs = 20_000;

/** The garbage collector learns of new kinds of owners every 30 s. */
const collectedWithinMs = 60_000;
const pods = { pods: 4, taskManager: { cores: 10, memoryGiB: 4 } };
let cluster: TestCluster;
let zone: ZoneCluster;
let body: PodBody;

beforeAll(async () => {
  // Each node has room for three TaskManagers and three JobManagers: three jobs in all.
  cluster = await startCluster({ count: 3, shape: { cores: 33, memoryGiB: 64, pods: 20 } });
  zone = openCluster(cluster.kubernetes.zone(), systemClock());
  body = new PodBody(cluster.api, () => {});
  await body.open();
}, 90_000);

afterAll(async () => {
  await body?.close();
  await zone?.close();
  await cluster?.stop();
}, 30_000);

async function created(name: string, tier: Tier): Promise<FlinkDeployment> {
  return zone.applyDeployment({
    apiVersion: 'flink.apache.org/v1beta1',
    kind: 'FlinkDeployment',
    metadata: { name, namespace: 'default', labels: { [labels.tier]: tier } },
    spec: { job: { state: 'running' }, ...specWithPods(tier, pods) },
  });
}

const isReady = (job: FlinkDeployment) => body.ready(jobOf(job));

test('jobs have pods with the requests of their specs; the more important take the room of the others', async () => {
  const ordinary = [await created('a', 'P3'), await created('b', 'P3'), await created('c', 'P3')];
  for (const job of ordinary) body.start(job);
  await until(async () => ordinary.every(isReady), withinMs);
  expect(
    (await zone.listPods({ namespace: 'default', name: 'a' })).map(({ component, phase }) => [component, phase]),
  ).toEqual([
    ['jobmanager', 'Running'],
    ['taskmanager', 'Running'],
    ['taskmanager', 'Running'],
    ['taskmanager', 'Running'],
  ]);
  const [nodes, held] = await Promise.all([zone.listNodes(), zone.listPodRequests()]);
  expect(held.reduce((sum, { cpuMillis }) => sum + cpuMillis, 0)).toBe(3 * 31_000);

  // The nodes are full, and yet the plan does not leave the job: the scheduler may clear room for its class.
  const urgent = await created('urgent', 'P1');
  const demand = demandOf(urgent.spec);
  if ('unknown' in demand) throw new Error(demand.unknown);
  const room = { nodes: { nodes, pods: held }, quotas: null };
  const wanted = { namespace: 'default', name: 'urgent', tier: 'P1', demand };
  expect(giveRoom({ to: 'az-t', room }, [wanted as never]).short).toEqual([]);

  body.start(urgent);
  await until(async () => isReady(urgent), withinMs);
  expect(ordinary.some((job) => !isReady(job))).toBe(true);
  // What was pre-empted is asked for anew, and waits.
  const waiting = async () => {
    const all = await Promise.all(ordinary.map((job) => zone.listPods(jobOf(job))));
    return all.flat().filter(({ phase }) => phase === 'Pending').length;
  };
  await until(async () => (await waiting()) >= 3, withinMs);
  expect(isReady(urgent)).toBe(true);

  // The owner goes, and its pods with it; the others get their room back.
  body.stop(jobOf(urgent));
  await zone.deleteDeployment(jobOf(urgent), { deadlineMs: 10_000 });
  await until(async () => ordinary.every(isReady), collectedWithinMs);
  expect(await zone.listPods(jobOf(urgent), undefined, 'current')).toEqual([]);
});

test('pods of an object that is deleted are collected, whoever made them', async () => {
  const job = await created('orphan', 'P2');
  body.start(job);
  await until(async () => isReady(job), withinMs);
  await zone.deleteDeployment(jobOf(job), { deadlineMs: 10_000 });
  // Told of nothing, the body sees them go and asks for them; their owner is gone, so they do not stay.
  await until(async () => !isReady(job), collectedWithinMs);
  body.stop(jobOf(job));
  await until(async () => (await zone.listPods(jobOf(job))).length === 0, collectedWithinMs);
});

test('a stopped job has no pods, and starts with new ones', async () => {
  const job = await created('stopped', 'P0');
  body.start(job);
  body.stop(jobOf(job));
  expect(isReady(job)).toBe(false);
  // From memory there may be none before the first was seen there, and new ones would meet the names of the old.
  await until(async () => (await zone.listPods(jobOf(job), undefined, 'current')).length === 0, withinMs);
  body.start(job);
  await until(async () => isReady(job), withinMs);
  expect(await zone.listPods(jobOf(job), undefined, 'current')).toHaveLength(4);
});
