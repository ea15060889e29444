/** The pods of simulated jobs: what they ask for, and that each is created once whatever happens meanwhile. */
import { describe, expect, test } from 'vitest';
import type { ApiAnswer, PodApi } from '../../../lab/fleet/pods/api.ts';
import { PodPoster } from '../../../lab/fleet/pods/pod-poster.ts';
import { podsOfJob, specWithPods, usualPods, type Pod } from '../../../lab/fleet/pods/pods-of-job.ts';
import { simulatedNodeObject, usualNode } from '../../../lab/fleet/pods/simulated-nodes.ts';
import { nodesFor } from '../../../lab/fleet/pods/zone-nodes.ts';
import { mayStandOn } from '../../../model/capacity/eligible.ts';
import { demandOf } from '../../../model/capacity/demand.ts';
import { podRequestsOf } from '../../../model/capacity/pod-template.ts';
import { parseCpuMillis } from '../../../model/capacity/quantity.ts';
import type { NodeCapacity } from '../../../model/capacity/types.ts';
import type { FlinkDeployment } from '../../../model/job/flink-deployment.ts';

const job = (uid: string): FlinkDeployment => ({
  apiVersion: 'flink.apache.org/v1beta1',
  kind: 'FlinkDeployment',
  metadata: { namespace: 'default', name: 'orders', uid },
  spec: { job: { parallelism: 30 }, ...specWithPods('P1', usualPods) },
});

describe('pods of a job', () => {
  test('ask together for what the plan reckons with', () => {
    const pods = podsOfJob(job('0123-4567'));
    const demand = demandOf(job('0123-4567').spec);
    if ('unknown' in demand) throw new Error(demand.unknown);
    expect(pods).toHaveLength(31);
    expect(demand).toMatchObject({ pods: 31, cpuMillis: 301_000, priorityClass: 'fleet-p1' });
    const asked = pods.map(({ spec }) => podRequestsOf(spec)!);
    expect(asked.reduce((sum, { cpuMillis }) => sum + cpuMillis, 0)).toBe(demand.cpuMillis);
    expect(asked.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0)).toBe(demand.memoryBytes);
  });

  test('are labelled as the operator labels them, belong to the object, and differ from those of the one before', () => {
    const [jobManager, taskManager] = [podsOfJob(job('aaaa-1'))[0]!, podsOfJob(job('aaaa-1'))[1]!];
    expect(jobManager.metadata.labels).toMatchObject({ app: 'orders', component: 'jobmanager' });
    expect(taskManager.metadata.labels).toMatchObject({ app: 'orders', component: 'taskmanager' });
    expect(taskManager.metadata['ownerReferences']).toMatchObject([{ kind: 'FlinkDeployment', uid: 'aaaa-1' }]);
    const names = [...podsOfJob(job('aaaa-1')), ...podsOfJob(job('bbbb-2'))].map(({ metadata }) => metadata.name);
    expect(new Set(names).size).toBe(62);
  });

  test('may stand on simulated nodes, and no other pod may', () => {
    const { metadata, spec } = simulatedNodeObject(7, usualNode) as {
      metadata: Pick<NodeCapacity, 'name' | 'labels'>;
      spec: Pick<NodeCapacity, 'taints'>;
    };
    const amounts = { cpuMillis: parseCpuMillis(usualNode.cores)!, memoryBytes: 2 ** 40, pods: usualNode.pods };
    const node = { ...metadata, ...spec, ...amounts, schedulable: true };
    const demand = demandOf(job('a').spec);
    if ('unknown' in demand) throw new Error(demand.unknown);
    expect(demand.shapes.every((shape) => mayStandOn(node, shape))).toBe(true);
    expect(mayStandOn(node, { nodeSelector: {}, tolerations: [] })).toBe(false);
    const plain = { ...node, labels: {}, taints: [] };
    expect(demand.shapes.some((shape) => mayStandOn(plain, shape))).toBe(false);
  });

  test('a spec that does not tell what its pods ask for is refused in words', () => {
    const odd = job('a');
    odd.spec = { ...odd.spec, taskManager: { resource: { cpu: 'much' } } };
    expect(() => podsOfJob(odd)).toThrow('pods of default/orders: the CPU of its TaskManager cannot be read');
  });
});

/** An API server that answers as it is told, and keeps what it was asked. */
function fakeApi(answer: (method: string, path: string) => Promise<Partial<ApiAnswer>> | Partial<ApiAnswer>) {
  const asked: string[] = [];
  const api: PodApi = {
    async send(method, path, body) {
      const { name } = (body as Pod | undefined)?.metadata ?? { name: path.split('/').at(-1) };
      asked.push(`${method} ${name}`);
      return { status: 201, body: '{"metadata":{}}', ...(await answer(method, path)) };
    },
    stream: () => Promise.reject(new Error('not asked for')),
    close: async () => {},
  };
  return { api, asked };
}

async function emptied(poster: PodPoster): Promise<void> {
  await expect.poll(() => poster.waiting, { timeout: 5_000 }).toBe(0);
}

describe('posting pods', () => {
  const pods = podsOfJob(job('cccc-3'));
  const always = { wanted: () => true, onTrouble: () => {} };

  test('each once, in order, also those that come later', async () => {
    const { api, asked } = fakeApi(() => ({}));
    const poster = new PodPoster(api, always);
    poster.post(pods.slice(0, 20));
    poster.post(pods.slice(20));
    await emptied(poster);
    expect(asked).toEqual(pods.map(({ metadata }) => `POST ${metadata.name}`));
    poster.close();
  });

  test('one that is refused is asked for again, and somebody hears of it', async () => {
    let refusals = 1;
    const { api, asked } = fakeApi(() => (refusals-- > 0 ? { status: 403, body: 'quota is full' } : {}));
    const heard: string[] = [];
    const poster = new PodPoster(api, { ...always, onTrouble: (sentence) => heard.push(sentence) });
    poster.post(pods.slice(0, 1));
    await emptied(poster);
    expect(asked).toHaveLength(2);
    expect(heard).toEqual([`pod default/${pods[0]!.metadata.name}: 403 quota is full`]);
    poster.close();
  });

  test('one that is there already is not asked for again, unless it is ending', async () => {
    let ending = 1;
    const { api, asked } = fakeApi((method) => {
      if (method === 'POST') return { status: 409 };
      const metadata = ending-- > 0 ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {};
      return { status: 200, body: JSON.stringify({ metadata }) };
    });
    const poster = new PodPoster(api, always);
    poster.post(pods.slice(0, 1));
    await emptied(poster);
    expect(asked.map((line) => line.split(' ')[0])).toEqual(['POST', 'GET', 'POST', 'GET']);
    poster.close();
  });

  test('one whose job was stopped while it was being made is deleted, and the rest is not made', async () => {
    let running = true;
    const { api, asked } = fakeApi((method) => {
      if (method === 'POST') running = false;
      return {};
    });
    const poster = new PodPoster(api, { ...always, wanted: () => running });
    poster.post(pods.slice(0, 5));
    await emptied(poster);
    const name = pods[0]!.metadata.name;
    expect(asked).toEqual([`POST ${name}`, `DELETE ${name}`]);
    poster.close();
  });
});

test('a fleet gets nodes for all its pods and a few more', () => {
  for (const [jobs, pods] of [
    [1, 2],
    [60, 6],
    [1_000, 31],
  ] as const) {
    const nodes = nodesFor(jobs, { ...usualPods, pods });
    const held = nodes * Math.floor(usualNode.cores / usualPods.taskManager.cores);
    expect(held).toBeGreaterThanOrEqual(jobs * pods);
    expect(held).toBeLessThanOrEqual(jobs * pods * 1.1 + 16);
  }
});
