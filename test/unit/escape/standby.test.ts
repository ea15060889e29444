import { describe, expect, test } from 'vitest';
import type { StoreConfig } from '../../../model/config/types.ts';
import { promotePatch, renderSpecForZone, renderStandby, startPatch } from '../../../model/move/standby.ts';
import type { FlinkDeployment } from '../../../model/job/flink-deployment.ts';
import { annotations, labels } from '../../../model/job/marks.ts';
import { mergePatch } from '../../../model/merge-patch.ts';
import { buildHdfsStore, buildZone } from '../../builders/config.ts';

function storeOf(zone: string, more: Record<string, string> = {}): StoreConfig {
  const checkpoints = `hdfs://${zone}:8020/checkpoints/{namespace}/{job}`;
  return buildHdfsStore(zone, { flinkConfiguration: { 'execution.checkpointing.dir': checkpoints, ...more } });
}

const zone = buildZone('az-b', ['az-a'], {
  stores: {},
  overlay: { image: 'registry.az-b/flink:1', serviceAccount: null, jobManager: { replicas: 2 } },
});

const active: FlinkDeployment = {
  apiVersion: 'flink.apache.org/v1beta1',
  kind: 'FlinkDeployment',
  metadata: {
    name: 'orders',
    namespace: 'shop',
    uid: 'u-1',
    resourceVersion: '77',
    labels: { [labels.tier]: 'P1', app: 'orders', [labels.role]: 'active' },
    annotations: { [annotations.store]: 'hdfs', 'kubectl.kubernetes.io/last-applied-configuration': '{}' },
  },
  spec: {
    image: 'registry.az-a/flink:1',
    serviceAccount: 'flink',
    restartNonce: 3,
    flinkConfiguration: {
      'execution.checkpointing.dir': 'hdfs://az-a:8020/checkpoints/shop/orders',
      'only.at.home': 'x',
      'state.backend.type': 'rocksdb',
    },
    jobManager: { replicas: 1, resource: { memory: '1g' } },
    job: {
      jarURI: 'local:///job.jar',
      parallelism: 2,
      state: 'running',
      upgradeMode: 'savepoint',
      initialSavepointPath: 'hdfs://az-a:8020/old',
      savepointRedeployNonce: 4,
      savepointTriggerNonce: 5,
      allowNonRestoredState: true,
    },
  },
  status: { lifecycleState: 'STABLE' },
};

const spec = renderSpecForZone(active, zone, {
  home: storeOf('az-a', { 'only.at.home': 'x' }),
  there: storeOf('az-b'),
});

describe('a job’s spec for another zone', () => {
  test('has the settings of that zone’s store and none of the home store', () => {
    expect(spec.flinkConfiguration).toEqual({
      'execution.checkpointing.dir': 'hdfs://az-b:8020/checkpoints/shop/orders',
      'state.backend.type': 'rocksdb',
    });
  });

  test('is suspended, carries nothing of an earlier run, and drops no state silently', () => {
    expect(spec.job).toEqual({
      jarURI: 'local:///job.jar',
      parallelism: 2,
      state: 'suspended',
      upgradeMode: 'savepoint',
      allowNonRestoredState: false,
    });
    expect(spec).not.toHaveProperty('restartNonce');
  });

  test('has the zone’s overlay on top, which may also take fields out', () => {
    expect(spec).toMatchObject({
      image: 'registry.az-b/flink:1',
      jobManager: { replicas: 2, resource: { memory: '1g' } },
    });
    expect(spec).not.toHaveProperty('serviceAccount');
  });

  test('leaves the active object as it was', () => {
    expect(active.spec.job?.state).toBe('running');
    expect(active.spec.flinkConfiguration).toHaveProperty(['only.at.home']);
  });
});

describe('the object in the peer zone', () => {
  const marks = {
    role: 'standby',
    activeZone: 'az-a',
    preferredZone: 'az-a',
    epoch: 4,
    recoveryPoint: 'hdfs://az-b:8020/m.json',
  } as const;
  const standby = renderStandby(active, spec, marks);

  test('carries our marks and those of the user, nothing of other tools or of the server', () => {
    expect(standby.metadata).toEqual({
      name: 'orders',
      namespace: 'shop',
      labels: { [labels.tier]: 'P1', [labels.role]: 'standby' },
      annotations: {
        [annotations.store]: 'hdfs',
        [annotations.labels]: '{"app":"orders"}',
        [annotations.activeZone]: 'az-a',
        [annotations.preferredZone]: 'az-a',
        [annotations.epoch]: '4',
        [annotations.recoveryPoint]: 'hdfs://az-b:8020/m.json',
      },
    });
    expect(standby).not.toHaveProperty('status');
  });

  const start = { to: 'az-b', epoch: 5, restorePath: 'hdfs://az-b:8020/snap', escapeId: 'az-a-INC-1' };

  test('becomes the running, active job by one patch', () => {
    const running = mergePatch(standby, startPatch(start)) as FlinkDeployment;
    expect(running.metadata.labels).toEqual({ [labels.tier]: 'P1', [labels.role]: 'active' });
    expect(running.metadata.annotations).toMatchObject({
      [annotations.activeZone]: 'az-b',
      [annotations.preferredZone]: 'az-a',
      [annotations.epoch]: '5',
      [annotations.startedFrom]: 'hdfs://az-b:8020/snap',
      [annotations.escape]: 'az-a-INC-1',
    });
    expect(running.spec.job).toMatchObject({
      state: 'running',
      initialSavepointPath: 'hdfs://az-b:8020/snap',
      allowNonRestoredState: false,
    });
  });

  test('as a twin is promoted without a touch of its spec', () => {
    const twin = renderStandby(active, spec, { ...marks, role: 'twin', startedFrom: 'hdfs://az-b:8020/first' });
    expect(twin.metadata.annotations).toMatchObject({ [annotations.startedFrom]: 'hdfs://az-b:8020/first' });
    const promoted = mergePatch(twin, promotePatch(start)) as FlinkDeployment;
    expect(promoted.spec).toEqual(twin.spec);
    expect(promoted.metadata.labels).toMatchObject({ [labels.role]: 'active' });
  });

  test('carries nothing of what an escape wrote of its own start', () => {
    const run = { to: 'az-b', epoch: 2, restorePath: 's3a://x/1', escapeId: 'az-a-7' };
    const escaped = mergePatch(mergePatch(active, startPatch(run)), promotePatch(run)) as FlinkDeployment;
    const kept = Object.keys(renderStandby(escaped, spec, marks).metadata.annotations!);
    for (const mark of [annotations.escape, annotations.startedFrom, annotations.promoted, annotations.failed]) {
      expect(Object.keys(escaped.metadata.annotations!).includes(mark) || mark === annotations.failed).toBe(true);
      expect(kept).not.toContain(mark);
    }
  });
});
