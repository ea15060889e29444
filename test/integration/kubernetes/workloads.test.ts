/** Pods, Events, the service proxy and the gathering of a diagnosis, against a real API server without nodes. */
import { networkInterfaces } from 'node:os';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../../adapters/clock.ts';
import { createFlinkGateway } from '../../../adapters/flink/gateway.ts';
import { gatherDiagnosis } from '../../../adapters/flink/gather-diagnosis.ts';
import { openCluster } from '../../../adapters/kubernetes/open-cluster.ts';
import type { ZoneCluster } from '../../../adapters/kubernetes/port.ts';
import { diagnose } from '../../../model/health/diagnosis/diagnose.ts';
import type { FlinkServer } from '../../unit/flink/flink-server.ts';
import { startFlinkServer } from '../../unit/flink/flink-server.ts';
import { recorded } from '../../../simulation/flink/recorded.ts';
import type { TestKubernetes } from '../servers/kubernetes.ts';
import { startKubernetes } from '../servers/kubernetes.ts';
import { failureOf } from '../../outside-failure.ts';

let kubernetes: TestKubernetes;
let cluster: ZoneCluster;
let flink: FlinkServer;
const core = '/api/v1/namespaces/default';
const merge = 'application/merge-patch+json';

/** Nothing listens there. */
const nobody = { via: 'url', template: 'http://127.0.0.1:1/{namespace}/{job}' } as const;

/** The API server refuses to proxy to loopback. */
const address = Object.values(networkInterfaces())
  .flat()
  .find((one) => one?.family === 'IPv4' && !one.internal)?.address;

beforeAll(async () => {
  kubernetes = await startKubernetes();
  cluster = openCluster(kubernetes.zone(), systemClock());
  flink = await startFlinkServer(address ?? '127.0.0.1');
}, 90_000);

afterAll(async () => {
  await cluster?.close();
  await flink?.close();
  await kubernetes?.stop();
}, 30_000);

async function createPod(job: string, name: string, component: string, status: object): Promise<void> {
  await kubernetes.raw('POST', `${core}/pods`, {
    metadata: { name, labels: { app: job, component } },
    spec: { containers: [{ name: 'flink-main-container', image: 'lab/base:1' }] },
  });
  await kubernetes.raw('PATCH', `${core}/pods/${name}/status`, { status }, merge);
}

function container(state: object, more: object = {}): object {
  const base = { name: 'flink-main-container', image: '', imageID: '', ready: false, restartCount: 0 };
  return { containerStatuses: [{ ...base, state, ...more }] };
}

async function createEvent(kind: string, name: string, at: string, more: object): Promise<void> {
  await kubernetes.raw('POST', `${core}/events`, {
    metadata: { generateName: `${name}-`, namespace: 'default' },
    involvedObject: { kind, name, namespace: 'default' },
    lastTimestamp: at,
    type: 'Warning',
    ...more,
  });
}

const noRoom = '0/1 nodes are available: 1 Insufficient cpu.';

describe('pods', () => {
  const job = { namespace: 'default', name: 'pods' };
  const conditions = [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: noRoom }];

  beforeAll(async () => {
    await createPod('pods', 'pods-jm', 'jobmanager', {
      phase: 'Running',
      podIP: '10.1.2.3',
      podIPs: [{ ip: '10.1.2.3' }],
      conditions: [{ type: 'Ready', status: 'True' }],
      ...container({ running: {} }, { ready: true }),
    });
    await createPod('pods', 'pods-tm-pending', 'taskmanager', { phase: 'Pending', conditions });
    await createPod(
      'pods',
      'pods-tm-image',
      'taskmanager',
      container({ waiting: { reason: 'ErrImageNeverPull', message: 'Container image "x" is not present' } }),
    );
    await createPod('pods', 'pods-tm-starting', 'taskmanager', container({ waiting: { reason: 'ContainerCreating' } }));
    await createPod(
      'pods',
      'pods-tm-memory',
      'taskmanager',
      container(
        { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 10s' } },
        { restartCount: 2, lastState: { terminated: { reason: 'OOMKilled', exitCode: 137 } } },
      ),
    );
    await createPod('pods-eu', 'pods-eu-jm', 'jobmanager', {});
  });

  test('are those of the job alone, with the reason that says most', async () => {
    const pods = new Map((await cluster.listPods(job, undefined, 'current')).map((pod) => [pod.name, pod]));
    expect([...pods.keys()].sort()).toEqual([
      'pods-jm',
      'pods-tm-image',
      'pods-tm-memory',
      'pods-tm-pending',
      'pods-tm-starting',
    ]);
    expect(pods.get('pods-jm')).toMatchObject({ component: 'jobmanager', ready: true, restarts: 0, podIp: '10.1.2.3' });
    expect(pods.get('pods-jm')?.reason).toBeUndefined();
    expect(pods.get('pods-tm-pending')?.unschedulable).toBe(noRoom);
    expect(pods.get('pods-tm-image')?.reason).toBe('ErrImageNeverPull');
    expect(pods.get('pods-tm-starting')?.reason).toBeUndefined();
    expect(pods.get('pods-tm-memory')).toMatchObject({ reason: 'OOMKilled', restarts: 2 });
  });

  test('a poke changes their annotation', async () => {
    await cluster.pokePods(job, 'mark-1');
    const pod = (await kubernetes.raw('GET', `${core}/pods/pods-jm`)) as { metadata: { annotations: object } };
    expect(Object.values(pod.metadata.annotations)).toContain('mark-1');
  });

  test('a job without a JobManager has no log', async () => {
    expect(await cluster.jobManagerLog({ namespace: 'default', name: 'nobody' }, [], 100)).toBeUndefined();
  });
});

test('warnings: of the job, its pods and ReplicaSets, newest first, and of no other job', async () => {
  const job = { namespace: 'default', name: 'events' };
  await createPod('events', 'events-tm', 'taskmanager', {});
  await createEvent('Pod', 'events-tm', '2026-01-01T00:00:03Z', { reason: 'Scheduled', message: 'ok', type: 'Normal' });
  await createEvent('Pod', 'events-tm', '2026-01-01T00:00:01Z', { reason: 'FailedScheduling', message: noRoom });
  await createEvent('FlinkDeployment', 'events', '2026-01-01T00:00:02Z', { reason: 'Error', message: 'rejected' });
  await createEvent('ReplicaSet', 'events-7d9c5b6f4', '2026-01-01T00:00:00Z', {
    reason: 'FailedCreate',
    message: 'quota',
  });
  await createEvent('ReplicaSet', 'events-eu-7d9c5b6f4', '2026-01-01T00:00:09Z', {
    reason: 'FailedCreate',
    message: 'x',
  });
  await createEvent('Pod', 'events-eu-tm', '2026-01-01T00:00:09Z', { reason: 'Failed', message: 'x' });
  const pods = await cluster.listPods(job, undefined, 'current');
  expect((await cluster.listWarnings(job, pods)).map((event) => `${event.reason} ${event.object}`)).toEqual([
    'Error FlinkDeployment/events',
    'FailedScheduling Pod/events-tm',
    'FailedCreate ReplicaSet/events-7d9c5b6f4',
  ]);
});

describe('the service proxy', () => {
  const job = { namespace: 'default', name: 'proxied' };
  const jobId = '00000000000000000000000000000abc';
  const manager = () => {
    const zone = kubernetes.zone();
    return createFlinkGateway({ [zone.name]: cluster }, { [zone.name]: zone }, systemClock()).jobManager(
      zone.name,
      job,
    );
  };

  // One after the other: each test goes on from the state that the one before it left.
  test('without a Service: Unavailable', async () => {
    const failure = await failureOf(manager().jobs());
    expect(failure).toMatchObject({ failureClass: 'Unavailable', status: 404 });
    expect(failure.message).toContain('no Service proxied-rest');
  });

  test('a Service without endpoints: Unavailable', async () => {
    await kubernetes.raw('POST', `${core}/services`, {
      metadata: { name: 'proxied-rest' },
      spec: { ports: [{ name: 'rest', port: 8081 }] },
    });
    await kubernetes.raw('POST', `${core}/endpoints`, { metadata: { name: 'proxied-rest' }, subsets: [] });
    const failure = await failureOf(manager().jobs());
    expect(failure).toMatchObject({ failureClass: 'Unavailable', status: 503 });
    expect(failure.message).toContain('no endpoints available');
  });

  test.skipIf(address === undefined)("Flink's answers come through, its 404 as its own", async () => {
    // The API server proxies to addresses of pods only.
    const running = { podIP: address, podIPs: [{ ip: address }], phase: 'Running', ...container({ running: {} }) };
    await createPod('proxied', 'proxied-jm', 'jobmanager', running);
    const targetRef = { kind: 'Pod', name: 'proxied-jm', namespace: 'default' };
    const subsets = [{ addresses: [{ ip: address, targetRef }], ports: [{ name: 'rest', port: flink.port }] }];
    await kubernetes.raw('PATCH', `${core}/endpoints/proxied-rest`, { subsets }, merge);
    flink.answers.set('GET /jobs', recorded('jobs'));
    flink.answers.set(`GET /jobs/${jobId}/exceptions`, recorded('exceptions-checksum'));
    flink.answers.set(`POST /jobs/${jobId}/checkpoints`, recorded('savepoint-triggered'));
    const jobs = (): Promise<unknown> => manager().jobs().catch(String);
    await expect.poll(jobs, { timeout: 5_000 }).toEqual([{ id: jobId, status: 'RUNNING' }]);
    await manager().triggerCheckpoint(jobId, '4'.repeat(32));
    expect(flink.asked.at(-1)?.body).toEqual({ checkpointType: 'CONFIGURED', triggerId: '4'.repeat(32) });
    const failure = await failureOf(manager().job('f'.repeat(32)));
    expect(failure).toMatchObject({ failureClass: 'NotFound', status: 404 });
    expect(failure.message).toContain('by Flink');
  });

  test.skipIf(address === undefined)('a diagnosis is gathered from all of it', async () => {
    const input = await gatherDiagnosis({
      clock: systemClock(),
      job,
      cluster,
      jobManager: manager(),
      deadlineMs: 5_000,
    });
    expect(input.exceptions?.length).toBeGreaterThan(0);
    expect(input.pods?.map((pod) => pod.name)).toEqual(['proxied-jm']);
    expect(diagnose(input).code).toBe('snapshot-data-corrupt');
  });

  test.skipIf(address === undefined)('a JobManager whose port is closed: Unavailable', async () => {
    await flink.close();
    const failure = await failureOf(manager().jobs());
    expect(failure).toMatchObject({ failureClass: 'Unavailable', status: 503 });
    expect(failure.message).toContain('refused');
  });
});

/** How often the API server had etcd list a resource. */
async function listsOfEtcd(resource: string): Promise<number> {
  const metrics = String(await kubernetes.raw('GET', '/metrics'));
  const lines = metrics.match(new RegExp(`^apiserver_storage_list_total\\{[^}]*resource="${resource}".*$`, 'gm')) ?? [];
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

test('diagnoses of several jobs have the API server read no pod from etcd, and Events once', async () => {
  const before = [await listsOfEtcd('pods'), await listsOfEtcd('events')];
  const fresh = openCluster(kubernetes.zone(), systemClock());
  try {
    for (const name of ['pods', 'pods-eu', 'events']) {
      const job = { namespace: 'default', name };
      const unseen = createFlinkGateway({}, { 'az-t': { ...kubernetes.zone(), flinkRest: nobody } }, systemClock());
      const jobManager = unseen.jobManager('az-t', job);
      const input = await gatherDiagnosis({
        clock: systemClock(),
        job,
        cluster: fresh,
        jobManager,
        deadlineMs: 10_000,
      });
      expect(input.pods?.length).toBeGreaterThan(0);
      expect(input.gaps?.filter((gap) => !gap.startsWith('exceptions'))).toEqual([]);
    }
  } finally {
    await fresh.close();
  }
  expect([await listsOfEtcd('pods'), await listsOfEtcd('events')]).toEqual([before[0], before[1]! + 1]);
});

test('a diagnosis of a frozen zone ends by its deadline, and what is missing is its evidence', async () => {
  const zone = kubernetes.zone();
  const job = { namespace: 'default', name: 'orders' };
  const jobManager = createFlinkGateway({ [zone.name]: cluster }, { [zone.name]: zone }, systemClock()).jobManager(
    zone.name,
    job,
  );
  await kubernetes.freeze();
  try {
    const began = performance.now();
    const input = await gatherDiagnosis(
      { clock: systemClock(), job, cluster, jobManager, deadlineMs: 500 },
      { lastFailure: 'no answer.' },
    );
    expect(performance.now() - began).toBeLessThan(5_000);
    expect(input.gaps).toHaveLength(5);
    expect(diagnose(input)).toMatchObject({ code: 'job-manager-unreachable' });
    const giveUp = new AbortController();
    const gathering = gatherDiagnosis({
      clock: systemClock(),
      job,
      cluster,
      jobManager,
      deadlineMs: 60_000,
      signal: giveUp.signal,
    });
    giveUp.abort(new Error('enough'));
    await expect(gathering).rejects.toThrow('enough');
  } finally {
    kubernetes.thaw();
  }
});
