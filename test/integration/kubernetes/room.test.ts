/** What decides on room, read from a real API server: nodes, pods of all namespaces, quotas. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../../adapters/clock.ts';
import { openCluster } from '../../../adapters/kubernetes/open-cluster.ts';
import type { ZoneCluster } from '../../../adapters/kubernetes/port.ts';
import type { TestKubernetes } from '../servers/kubernetes.ts';
import { startKubernetes } from '../servers/kubernetes.ts';

let kubernetes: TestKubernetes;
let cluster: ZoneCluster;
const merge = 'application/merge-patch+json';
const gibi = 2 ** 30;

beforeAll(async () => {
  kubernetes = await startKubernetes({ crds: false });
  cluster = openCluster(kubernetes.zone({ namespaces: ['default', 'streaming'] }), systemClock());
  await kubernetes.raw('POST', '/api/v1/namespaces', { metadata: { name: 'streaming' } });
  await kubernetes.raw('POST', '/api/v1/namespaces', { metadata: { name: 'elsewhere' } });
}, 90_000);

afterAll(async () => {
  await cluster?.close();
  await kubernetes?.stop();
}, 30_000);

async function createNode(name: string, spec: object, ready: string): Promise<void> {
  await kubernetes.raw('POST', '/api/v1/nodes', { metadata: { name, labels: { pool: 'flink' } }, spec });
  const amounts = { cpu: '3920m', memory: '7Gi', pods: '110' };
  const status = {
    allocatable: amounts,
    capacity: { ...amounts, cpu: '4' },
    conditions: [{ type: 'Ready', status: ready }],
  };
  await kubernetes.raw('PATCH', `/api/v1/nodes/${name}/status`, { status }, merge);
}

test('nodes: what pods may have of them, and whether they take any', async () => {
  await createNode('a', { taints: [{ key: 'flink', value: 'only', effect: 'NoSchedule' }] }, 'True');
  await createNode('b', { unschedulable: true }, 'True');
  await createNode('c', {}, 'Unknown');
  const nodes = await cluster.listNodes();
  const of = { cpuMillis: 3920, memoryBytes: 7 * gibi, pods: 110 };
  // The API server taints new nodes as not ready, until the node controller sees them ready.
  const notReady = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' };
  expect(nodes).toMatchObject([
    { name: 'a', ...of, labels: { pool: 'flink' }, schedulable: true },
    { name: 'b', ...of, schedulable: false },
    { name: 'c', ...of, taints: [notReady], schedulable: false },
  ]);
  expect(nodes[0]!.taints).toContainEqual({ key: 'flink', value: 'only', effect: 'NoSchedule' });
});

describe('pods', () => {
  const requests = (cpu: string, memory: string) => ({ resources: { requests: { cpu, memory } } });
  const one = (more: object) => [{ name: 'main', image: 'x', ...more }];

  async function createPod(
    namespace: string,
    name: string,
    spec: object,
    phase?: string,
    labels: object = { app: 'orders' },
  ): Promise<void> {
    const pods = `/api/v1/namespaces/${namespace}/pods`;
    await kubernetes.raw('POST', pods, { metadata: { name, labels }, spec });
    if (phase) await kubernetes.raw('PATCH', `${pods}/${name}/status`, { status: { phase } }, merge);
  }

  test('of all namespaces, with what they hold of their node; no page is missing', async () => {
    await createPod('elsewhere', 'plain', { nodeName: 'a', containers: one(requests('250m', '1Gi')) });
    await createPod('default', 'init', {
      nodeName: 'a',
      containers: one({ resources: { limits: { cpu: '1', memory: '1Gi' } } }),
      initContainers: [{ name: 'fetch', image: 'x', ...requests('100m', '3Gi') }],
    });
    // As Flink's own pods are: the container that a template does not decide on counts in a pod that runs.
    await createPod(
      'default',
      'flink',
      { nodeName: 'b', containers: [{ name: 'flink-main-container', image: 'x', ...requests('1500m', '2Gi') }] },
      undefined,
      { app: 'orders', component: 'taskmanager', type: 'flink-native-kubernetes' },
    );
    await createPod('default', 'ended', { nodeName: 'a', containers: one(requests('9', '9Gi')) }, 'Succeeded');
    await createPod('default', 'broken', { nodeName: 'a', containers: one(requests('9', '9Gi')) }, 'Failed');
    await createPod('default', 'waiting', { containers: one(requests('9', '9Gi')) });
    await kubernetes.raw('POST', '/apis/scheduling.k8s.io/v1/priorityclasses', {
      metadata: { name: 'placeholder' },
      value: -10,
    });
    await createPod('default', 'placeholder', {
      nodeName: 'b',
      priorityClassName: 'placeholder',
      containers: one(requests('2', '2Gi')),
    });
    const byCpu = (a: { cpuMillis: number }, b: { cpuMillis: number }) => a.cpuMillis - b.cpuMillis;
    expect((await cluster.listPodRequests()).toSorted(byCpu)).toEqual([
      { node: 'a', cpuMillis: 250, memoryBytes: gibi, priority: 0 },
      { node: 'a', cpuMillis: 1000, memoryBytes: 3 * gibi, priority: 0 },
      { node: 'b', cpuMillis: 1500, memoryBytes: 2 * gibi, priority: 0, job: 'default/orders' },
      { node: 'b', cpuMillis: 2000, memoryBytes: 2 * gibi, priority: -10 },
    ]);
  });
});

test('quotas: what they still give to pods of Flink in the namespaces of the zone', async () => {
  async function createQuota(namespace: string, name: string, spec: object, used?: object): Promise<void> {
    const quotas = `/api/v1/namespaces/${namespace}/resourcequotas`;
    const made = (await kubernetes.raw('POST', quotas, { metadata: { name }, spec })) as { spec: { hard: object } };
    if (!used) return;
    await kubernetes.raw('PATCH', `${quotas}/${name}/status`, { status: { hard: made.spec.hard, used } }, merge);
  }
  const hard = { 'requests.cpu': '10', cpu: '9', 'requests.memory': '20Gi', pods: '30', 'limits.cpu': '1' };
  await createQuota(
    'streaming',
    'team',
    { hard },
    { 'requests.cpu': '2500m', cpu: '2500m', 'requests.memory': '21Gi' },
  );
  await createQuota('streaming', 'new', { hard: { 'count/pods': '5' }, scopes: ['NotBestEffort'] });
  await createQuota('default', 'batch', { hard: { pods: '1' }, scopes: ['Terminating'] });
  await createQuota('default', 'urgent', {
    hard: { pods: '1' },
    scopeSelector: { matchExpressions: [{ scopeName: 'PriorityClass', operator: 'In', values: ['urgent'] }] },
  });
  await createQuota('elsewhere', 'team', { hard: { pods: '1' } });
  expect(await cluster.listQuotas()).toEqual([
    { namespace: 'streaming', name: 'new', cpuMillis: null, memoryBytes: null, pods: 5 },
    { namespace: 'streaming', name: 'team', cpuMillis: 6500, memoryBytes: -gibi, pods: 30 },
  ]);
});

test('somebody without the rights is told so, which the plan notes', async () => {
  const stranger = openCluster(kubernetes.zone({ kubeconfig: kubernetes.kubeconfig('nobody') }), systemClock());
  const calls = [stranger.listNodes(), stranger.listPodRequests(), stranger.listQuotas()];
  for (const call of await Promise.allSettled(calls)) {
    expect(call).toMatchObject({ status: 'rejected', reason: { failureClass: 'Unauthorized' } });
  }
  await stranger.close();
});
