/** Deployments that reserve room, on a real API server: with deploy/placeholders.yaml applied as it is. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { systemClock } from '../../../adapters/clock.ts';
import { openCluster } from '../../../adapters/kubernetes/open-cluster.ts';
import type { ZoneCluster } from '../../../adapters/kubernetes/port.ts';
import type { Placeholder } from '../../../model/capacity/reserve.ts';
import type { TestKubernetes } from '../servers/kubernetes.ts';
import { startKubernetes } from '../servers/kubernetes.ts';

let kubernetes: TestKubernetes;
let cluster: ZoneCluster;
const where = { namespace: 'az-escape', image: 'pause' };
const paths: Record<string, string> = {
  Namespace: '/api/v1/namespaces',
  PriorityClass: '/apis/scheduling.k8s.io/v1/priorityclasses',
  Role: '/apis/rbac.authorization.k8s.io/v1/namespaces/az-escape/roles',
};

beforeAll(async () => {
  kubernetes = await startKubernetes({ crds: false });
  cluster = openCluster(kubernetes.zone({}), systemClock());
  for (const document of parseAllDocuments(readFileSync('deploy/placeholders.yaml', 'utf8'))) {
    const object = document.toJS() as { kind: string };
    await kubernetes.raw('POST', paths[object.kind]!, object);
  }
}, 90_000);

afterAll(async () => {
  await cluster?.close();
  await kubernetes?.stop();
}, 30_000);

const of: Placeholder = {
  name: 'placeholder-0a1b2c3d',
  replicas: 3,
  cpuMillis: 1500,
  memoryBytes: 2 ** 30,
  nodeSelector: { pool: 'flink' },
  tolerations: [{ key: 'flink', operator: 'Exists' }],
};
const deployments = '/apis/apps/v1/namespaces/az-escape/deployments';

test('are made, found, made larger, let go and deleted; every step may be repeated', async () => {
  await kubernetes.raw('POST', deployments, {
    metadata: { name: 'somebody-elses' },
    spec: {
      selector: { matchLabels: { app: 'x' } },
      template: { metadata: { labels: { app: 'x' } }, spec: { containers: [{ name: 'x', image: 'x' }] } },
    },
  });
  for (const _ of [1, 2]) await cluster.applyPlaceholder(of, where);
  expect(await cluster.listPlaceholders('az-escape')).toEqual([{ name: of.name, replicas: 3 }]);
  const made = (await kubernetes.raw('GET', `${deployments}/${of.name}`)) as {
    spec: { template: { spec: Record<string, unknown> & { containers: { resources: object }[] } } };
  };
  expect(made.spec.template.spec).toMatchObject({
    priorityClassName: 'az-escape-placeholder',
    nodeSelector: { pool: 'flink' },
    tolerations: [{ key: 'flink', operator: 'Exists' }],
    terminationGracePeriodSeconds: 0,
  });
  expect(made.spec.template.spec.containers[0]!.resources).toEqual({
    requests: { cpu: '1500m', memory: String(2 ** 30) },
    limits: { cpu: '1500m', memory: String(2 ** 30) },
  });

  const ref = { namespace: 'az-escape', name: of.name };
  for (const _ of [1, 2]) await cluster.scalePlaceholder(ref, 0);
  expect(await cluster.listPlaceholders('az-escape')).toEqual([{ name: of.name, replicas: 0 }]);
  await cluster.applyPlaceholder({ ...of, replicas: 5 }, where);
  expect(await cluster.listPlaceholders('az-escape')).toEqual([{ name: of.name, replicas: 5 }]);

  for (const _ of [1, 2]) await cluster.deletePlaceholder(ref);
  await cluster.scalePlaceholder(ref, 1);
  expect(await cluster.listPlaceholders('az-escape')).toEqual([]);
});

test('a namespace that is not there is told', async () => {
  await expect(cluster.applyPlaceholder(of, { ...where, namespace: 'nowhere' })).rejects.toMatchObject({
    failureClass: 'NotFound',
  });
});

test('a pod of that class has the negative priority that the plan counts as free', async () => {
  await kubernetes.raw('POST', '/api/v1/namespaces/az-escape/serviceaccounts', { metadata: { name: 'default' } });
  await kubernetes.raw('POST', '/api/v1/namespaces/az-escape/pods', {
    metadata: { name: 'held' },
    spec: {
      nodeName: 'n',
      priorityClassName: 'az-escape-placeholder',
      containers: [{ name: 'x', image: 'x', resources: { requests: { cpu: '1', memory: '1Gi' } } }],
    },
  });
  expect(await cluster.listPodRequests()).toEqual([
    { node: 'n', cpuMillis: 1000, memoryBytes: 2 ** 30, priority: -10 },
  ]);
});
