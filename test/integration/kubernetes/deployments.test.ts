/** The Kubernetes adapter's FlinkDeployments against a real API server. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../../adapters/clock.ts';
import { forEachAtOnce } from '../../../adapters/at-once.ts';
import { openCluster } from '../../../adapters/kubernetes/open-cluster.ts';
import { noObject, type ZoneCluster } from '../../../adapters/kubernetes/port.ts';
import type { FlinkDeployment } from '../../../model/job/flink-deployment.ts';
import type { TestKubernetes } from '../servers/kubernetes.ts';
import { startKubernetes } from '../servers/kubernetes.ts';
import { failureOf } from '../../outside-failure.ts';

let kubernetes: TestKubernetes;
let cluster: ZoneCluster;
const collection = '/apis/flink.apache.org/v1beta1/namespaces/default/flinkdeployments';

beforeAll(async () => {
  kubernetes = await startKubernetes();
  cluster = openCluster(kubernetes.zone(), systemClock());
}, 90_000);

afterAll(async () => {
  await cluster?.close();
  await kubernetes?.stop();
}, 30_000);

let count = 0;
let job: { namespace: string; name: string };
beforeEach(() => {
  job = { namespace: 'default', name: `orders-${++count}` };
});

function deployment(changes: Partial<FlinkDeployment['metadata']> = {}, parallelism = 1): FlinkDeployment {
  return {
    apiVersion: 'flink.apache.org/v1beta1',
    kind: 'FlinkDeployment',
    metadata: { ...job, ...changes },
    spec: {
      flinkVersion: 'v1_19',
      image: 'lab/base:1',
      flinkConfiguration: { 'state.backend.type': 'rocksdb' },
      job: { jarURI: 'local:///job.jar', parallelism, state: 'suspended', upgradeMode: 'savepoint' },
    },
  };
}

describe('apply', () => {
  test('creates, then changes, and an annotation no longer applied goes away', async () => {
    const created = await cluster.applyDeployment(deployment({ annotations: { 'az-escape.io/epoch': '1', a: 'x' } }));
    expect(created.metadata.uid).toBeDefined();
    const changed = await cluster.applyDeployment(deployment({ annotations: { 'az-escape.io/epoch': '2' } }, 4));
    expect(changed.metadata.uid).toBe(created.metadata.uid);
    expect(changed.spec.job?.parallelism).toBe(4);
    expect(changed.metadata.annotations).toEqual({ 'az-escape.io/epoch': '2' });
  });

  test('repeated, changes nothing', async () => {
    const first = await cluster.applyDeployment(deployment());
    const second = await cluster.applyDeployment(deployment());
    expect(second.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
  });

  test('takes a field over from another manager', async () => {
    await kubernetes.raw(
      'PATCH',
      `${collection}/${job.name}?fieldManager=somebody`,
      deployment({}, 7),
      'application/apply-patch+yaml',
    );
    const taken = await cluster.applyDeployment(deployment({}, 2));
    expect(taken.spec.job?.parallelism).toBe(2);
  });

  test("takes an object as it came from another zone, with that zone's uid and version", async () => {
    const foreign = { uid: 'b8b1…', resourceVersion: '1', creationTimestamp: '2020-01-01T00:00:00Z', generation: 9 };
    const applied = await cluster.applyDeployment(deployment(foreign));
    expect(applied.metadata.uid).not.toBe(foreign.uid);
  });

  test('over what was read is a Conflict when somebody changed it meanwhile', async () => {
    const read = await cluster.applyDeployment(deployment());
    const version = read.metadata.resourceVersion!;
    const changed = await cluster.applyDeployment(deployment({}, 2), undefined, version);
    expect(changed.spec.job?.parallelism).toBe(2);
    const failure = await failureOf(cluster.applyDeployment(deployment({}, 3), undefined, version));
    expect(failure.failureClass).toBe('Conflict');
    expect((await cluster.getDeployment(job))?.spec.job?.parallelism).toBe(2);
  });

  test('where nothing was is a Conflict when somebody put an object there meanwhile', async () => {
    const first = await cluster.applyDeployment(deployment(), undefined, noObject);
    const failure = await failureOf(cluster.applyDeployment(deployment({}, 3), undefined, noObject));
    expect(failure.failureClass).toBe('Conflict');
    expect(await cluster.getDeployment(job)).toEqual(first);
  });

  test('of a spec that the CRD forbids is Invalid and names the field', async () => {
    const bad = deployment();
    bad.spec.job!.parallelism = 'many' as unknown as number;
    const failure = await failureOf(cluster.applyDeployment(bad));
    expect(failure.failureClass).toBe('Invalid');
    expect(failure.message).toContain('parallelism');
    expect(failure.message).toContain(`kubernetes az-t: apply of flinkdeployment default/${job.name}`);
  });

  test('in a namespace that is not there is NotFound', async () => {
    const failure = await failureOf(cluster.applyDeployment(deployment({ namespace: 'nowhere' })));
    expect(failure.failureClass).toBe('NotFound');
    expect(failure.message).toContain('nowhere');
  });
});

describe('get and patch', () => {
  test('an absent object is undefined', async () => {
    expect(await cluster.getDeployment(job)).toBeUndefined();
  });

  test('a patch merges, and null removes', async () => {
    await cluster.applyDeployment(deployment({ annotations: { a: '1', b: '2' } }));
    const patch = { metadata: { annotations: { a: null } }, spec: { job: { state: 'running' } } };
    const patched = await cluster.patchDeployment(job, patch);
    expect(patched.metadata.annotations).toEqual({ b: '2' });
    expect(patched.spec.job).toMatchObject({ state: 'running', parallelism: 1 });
  });

  test('a patch with a version that is no longer the newest is a Conflict', async () => {
    const first = await cluster.applyDeployment(deployment());
    await cluster.patchDeployment(job, { metadata: { annotations: { somebody: 'was here' } } });
    const { resourceVersion } = first.metadata;
    const stale = { metadata: { resourceVersion, annotations: { mine: 'x' } } };
    const failure = await failureOf(cluster.patchDeployment(job, stale));
    expect(failure).toMatchObject({ failureClass: 'Conflict', status: 409, retryable: true });
    expect((await cluster.getDeployment(job))?.metadata.annotations).toEqual({ somebody: 'was here' });
  });

  test('a patch of an absent object is NotFound', async () => {
    expect((await failureOf(cluster.patchDeployment(job, {}))).failureClass).toBe('NotFound');
  });
});

describe('delete', () => {
  test('of an absent object is success', async () => {
    await cluster.deleteDeployment(job, { deadlineMs: 1_000 });
  });

  test('of what was read is a Conflict when somebody changed it meanwhile', async () => {
    const read = await cluster.applyDeployment(deployment());
    await cluster.applyDeployment(deployment({}, 2));
    const stale = cluster.deleteDeployment(job, { deadlineMs: 5_000, unchangedSince: read.metadata.resourceVersion! });
    expect((await failureOf(stale)).failureClass).toBe('Conflict');
    const unchangedSince = (await cluster.getDeployment(job))!.metadata.resourceVersion!;
    await cluster.deleteDeployment(job, { deadlineMs: 5_000, unchangedSince });
    expect(await cluster.getDeployment(job)).toBeUndefined();
  });

  test('returns only once the finalizer is off', async () => {
    await cluster.applyDeployment(deployment());
    await finalizers(['flinkdeployments.flink.apache.org/finalizer']);
    let gone = false;
    const deleting = cluster.deleteDeployment(job, { deadlineMs: 20_000 }).then(() => (gone = true));
    await expect
      .poll(async () => (await cluster.getDeployment(job))?.metadata.deletionTimestamp, { timeout: 5_000 })
      .toBeDefined();
    expect(gone).toBe(false);
    await finalizers([]);
    await deleting;
    expect(await cluster.getDeployment(job)).toBeUndefined();
  });

  test('names the finalizer that outlasts the deadline', async () => {
    await cluster.applyDeployment(deployment());
    await finalizers(['flinkdeployments.flink.apache.org/finalizer']);
    const failure = await failureOf(cluster.deleteDeployment(job, { deadlineMs: 400 }));
    expect(failure.failureClass).toBe('Unavailable');
    expect(failure.message).toContain('flinkdeployments.flink.apache.org/finalizer');
    await finalizers([]);
  });

  test('ends with the reason of the caller who gives up', async () => {
    await cluster.applyDeployment(deployment());
    await finalizers(['test/held']);
    const giveUp = new AbortController();
    const deleting = cluster.deleteDeployment(job, { deadlineMs: 60_000, signal: giveUp.signal });
    const rejected = expect(deleting).rejects.toThrow(/abort|enough/i);
    await expect
      .poll(async () => (await cluster.getDeployment(job))?.metadata.deletionTimestamp, { timeout: 5_000 })
      .toBeDefined();
    giveUp.abort(new Error('enough'));
    await rejected;
    await finalizers([]);
  });

  async function finalizers(names: string[]): Promise<void> {
    const patch = { metadata: { finalizers: names } };
    await kubernetes.raw('PATCH', `${collection}/${job.name}`, patch, 'application/merge-patch+json');
  }
});

describe('list', () => {
  test('1,200 objects come over several pages, each once', async () => {
    const names = Array.from({ length: 1_200 }, (_, n) => `fleet-${n}`);
    await forEachAtOnce(names, 16, async (name) => {
      await cluster.applyDeployment(deployment({ name, labels: { fleet: 'yes' } }));
    });
    const found = await cluster.listDeployments('fleet=yes');
    expect(found.map((one) => one.metadata.name).sort()).toEqual([...names].sort());
    expect(found[0]?.kind).toBe('FlinkDeployment');
    expect(await cluster.listDeployments('fleet=no')).toEqual([]);
  }, 60_000);

  test('a namespace without objects is an empty list', async () => {
    const other = openCluster(kubernetes.zone({ namespaces: ['kube-system'] }), systemClock());
    expect(await other.listDeployments()).toEqual([]);
    await other.close();
  });
});

test('ConfigMaps: absent, created, changed; a key no longer applied goes away', async () => {
  const ref = { namespace: 'default', name: 'orders-role' };
  expect(await cluster.getConfigMap(ref)).toBeUndefined();
  await cluster.applyConfigMap(ref, { role: 'twin', since: '1' });
  await cluster.applyConfigMap(ref, { role: 'active' });
  expect(await cluster.getConfigMap(ref)).toEqual({ role: 'active' });
});
