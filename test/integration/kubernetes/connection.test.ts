/** What the Kubernetes adapter does when the way to the API server, or the credentials, are not right. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../../adapters/clock.ts';
import type { OutsideFailure } from '../../../adapters/failure.ts';
import { openCluster } from '../../../adapters/kubernetes/open-cluster.ts';
import type { TestKubernetes } from '../servers/kubernetes.ts';
import { startKubernetes } from '../servers/kubernetes.ts';
import { failureOf } from '../../outside-failure.ts';

let kubernetes: TestKubernetes;
const job = { namespace: 'default', name: 'orders' };

beforeAll(async () => {
  kubernetes = await startKubernetes({ crds: false });
}, 90_000);

afterAll(() => kubernetes?.stop(), 30_000);

async function timedFailureOf(call: Promise<unknown>): Promise<{ failure: OutsideFailure; ms: number }> {
  const began = performance.now();
  const failure = await failureOf(call);
  return { failure, ms: performance.now() - began };
}

/** Everything a failure could show of itself in a log. */
function allOf(failure: OutsideFailure): string {
  return `${failure.stack} ${JSON.stringify(failure)} ${String(failure.cause)}`;
}

test('ping gives the version', async () => {
  const cluster = openCluster(kubernetes.zone(), systemClock());
  expect(await cluster.ping(2_000)).toMatch(/^v\d+\.\d+/);
  await cluster.close();
});

test('a wrong token is Unauthorized, and the token is in no message', async () => {
  const wrong = 'wrong-token-4711';
  const cluster = openCluster(kubernetes.zone({ kubeconfig: kubernetes.kubeconfig(wrong) }), systemClock());
  for (const call of [() => cluster.ping(2_000), () => cluster.getConfigMap(job), () => cluster.listPods(job)]) {
    const { failure } = await timedFailureOf(call());
    expect(failure).toMatchObject({ failureClass: 'Unauthorized', status: 401, retryable: false });
    expect(failure.message).toMatch(/^kubernetes az-t: (get|list) of /);
    expect(allOf(failure)).not.toContain(wrong);
  }
  await cluster.close();
});

test('a token that is renewed in the kubeconfig is taken up after a refusal', async () => {
  const path = kubernetes.kubeconfig('expired');
  const cluster = openCluster(kubernetes.zone({ kubeconfig: path }), systemClock());
  expect((await timedFailureOf(cluster.ping(2_000))).failure.failureClass).toBe('Unauthorized');
  writeFileSync(path, readFileSync(path, 'utf8').replaceAll('expired', kubernetes.token));
  await expect.poll(() => cluster.ping(2_000).catch(() => 'refused'), { timeout: 5_000 }).toMatch(/^v/);
  await cluster.close();
});

test('a port that nobody listens on is Unreachable at once', async () => {
  const path = kubernetes.kubeconfig();
  writeFileSync(path, readFileSync(path, 'utf8').replaceAll(kubernetes.url, 'https://127.0.0.1:1'));
  const cluster = openCluster(kubernetes.zone({ kubeconfig: path }), systemClock());
  const { failure, ms } = await timedFailureOf(cluster.getConfigMap(job));
  expect(failure).toMatchObject({ failureClass: 'Unreachable', retryable: true });
  expect(failure.message).toContain('ECONNREFUSED');
  expect(ms).toBeLessThan(5_000);
  await cluster.close();
});

test('a frozen API server is Unreachable by the deadline, and works again once thawed', async () => {
  const cluster = openCluster(kubernetes.zone({ requestTimeoutMs: 700 }), systemClock());
  await cluster.ping(5_000);
  await kubernetes.freeze();
  try {
    // The first goes over a connection that is open, the second has to make one.
    for (const call of [() => cluster.getConfigMap(job), () => cluster.getConfigMap(job), () => cluster.ping(300)]) {
      const { failure, ms } = await timedFailureOf(call());
      expect(failure.failureClass).toBe('Unreachable');
      expect(failure.message).toContain('within');
      expect(ms).toBeLessThan(5_000);
    }
  } finally {
    kubernetes.thaw();
  }
  await expect.poll(() => cluster.ping(2_000).catch(() => 'not yet'), { timeout: 10_000 }).toMatch(/^v/);
  await cluster.close();
});

test('a caller who gives up gets back the own reason', async () => {
  const cluster = openCluster(kubernetes.zone(), systemClock());
  await cluster.ping(5_000);
  const reason = new Error('cancelled by the workflow');
  await kubernetes.freeze();
  try {
    const giveUp = new AbortController();
    const waiting = cluster.getConfigMap(job, giveUp.signal);
    giveUp.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    await expect(cluster.getConfigMap(job, giveUp.signal)).rejects.toBe(reason);
  } finally {
    kubernetes.thaw();
  }
  await cluster.close();
});

test('200 calls, 8 at a time, share a few connections', async () => {
  let opened = 0;
  const count = (): void => void opened++;
  subscribe('undici:client:connected', count);
  const cluster = openCluster(kubernetes.zone(), systemClock());
  try {
    const some = async (): Promise<void> => {
      for (let n = 0; n < 25; n++) await cluster.getConfigMap({ namespace: 'default', name: `none-${n}` });
    };
    await Promise.all(Array.from({ length: 8 }, some));
  } finally {
    unsubscribe('undici:client:connected', count);
    await cluster.close();
  }
  expect(opened).toBeGreaterThan(0);
  expect(opened).toBeLessThanOrEqual(16);
});

test('without the CRD a get is NotFound and says so, and not an absent object', async () => {
  const cluster = openCluster(kubernetes.zone(), systemClock());
  for (const call of [() => cluster.getDeployment(job), () => cluster.listDeployments()]) {
    const { failure } = await timedFailureOf(call());
    expect(failure.failureClass).toBe('NotFound');
    expect(failure.message).toContain('CRD');
  }
  await cluster.close();
});

test('a kubeconfig that is missing or names no such context fails the call, not the opening', async () => {
  const missing = openCluster(kubernetes.zone({ kubeconfig: '/nowhere/kubeconfig' }), systemClock());
  const first = await timedFailureOf(missing.getConfigMap(job));
  expect(first.failure.failureClass).toBe('Invalid');
  expect(first.failure.message).toContain('/nowhere/kubeconfig cannot be read (ENOENT)');
  const other = openCluster(kubernetes.zone({ context: 'production' }), systemClock());
  expect((await timedFailureOf(other.getConfigMap(job))).failure.message).toContain('no context "production"');
});

test('a closed connection refuses further calls', async () => {
  const cluster = openCluster(kubernetes.zone(), systemClock());
  await cluster.close();
  expect((await timedFailureOf(cluster.ping(1_000))).failure.message).toContain('closed');
});
