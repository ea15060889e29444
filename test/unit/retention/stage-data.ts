/** What tests of retention have in common: one job that ships checkpoints with shared files, and the world around it. */
import { systemClock } from '../../../adapters/clock.ts';
import { OutsideFailure } from '../../../adapters/failure.ts';
import type { SnapshotStore } from '../../../adapters/storage/port.ts';
import type { Ports } from '../../../adapters/ports.ts';
import type { Config } from '../../../model/config/types.ts';
import { annotations, labels } from '../../../model/job/marks.ts';
import { recoveryPointId } from '../../../model/recovery/id.ts';
import type { RecoveryPointManifest } from '../../../model/recovery/manifest.ts';
import { storeKeys } from '../../../model/store-keys.ts';
import { flinkPath } from '../../../model/store-location.ts';
import { buildHdfsStore } from '../../builders/config.ts';
import { buildManifest } from '../../builders/recovery-point.ts';

export const job = { namespace: 'default', name: 'orders' };
export const keep = 2;
export const hourMs = 3_600_000;
export const storeConfig = buildHdfsStore('namenode');
export const bytesOf = (text: string) => new TextEncoder().encode(text);

/** What the checkpoint with this number refers to: it shares files with those before and after it. */
export const sharedOf = (checkpoint: number) =>
  [0, 1, 2].map((part) => `${storeKeys.shippedFilesPrefix(job)}/shared/${Math.floor((checkpoint + part) / 2)}-${part}`);
export const snapshotOf = (checkpoint: number) =>
  `${storeKeys.snapshotsPrefix(job)}/shipped/checkpoints/job/chk-${checkpoint}`;
export const metadataOf = (checkpoint: number) => `${snapshotOf(checkpoint)}/_metadata`;

/** Its state is of this many minutes after the same moment. */
export function manifestOf(checkpoint: number): RecoveryPointManifest {
  const stateAtMs = Date.UTC(2026, 10, 20) + checkpoint * 60_000;
  const files = [
    { key: metadataOf(checkpoint), sizeBytes: 8 },
    ...sharedOf(checkpoint).map((key) => ({ key, sizeBytes: 10 })),
  ];
  return buildManifest(
    {
      id: recoveryPointId(stateAtMs, 'abcdef12'),
      job,
      mode: 'ship',
      store: 'main',
      stateAt: new Date(stateAtMs).toISOString(),
      flinkJobId: 'job',
      checkpointId: checkpoint,
      snapshot: snapshotOf(checkpoint),
      files,
      totalBytes: 38,
      spec: {},
    },
    storeConfig,
  );
}

/**
 * The job is active in az-a; in az-b is a twin or standby with these annotations, whose JobManager does not answer.
 * Without `there`, no zone has an object of it.
 */
export function worldOf(
  store: () => SnapshotStore,
  now: () => number,
  there: { role: 'twin' | 'standby'; marks?: Record<string, string> } | undefined,
): Ports {
  const zone = (peer: string) => ({ name: peer === 'az-b' ? 'az-a' : 'az-b', peer, stores: { main: storeConfig } });
  const policy = { keep, keepForMs: 0 };
  const config = {
    zones: { 'az-a': zone('az-b'), 'az-b': zone('az-a') },
    tiers: { P1: policy },
    retention: { orphanAgeMs: 6 * hourMs, deletedJobsAfterMs: 12 * hourMs },
  } as unknown as Config;
  const object = (role: string, marks: Record<string, string>) => ({
    metadata: { ...job, labels: { [labels.tier]: 'P1', [labels.role]: role }, annotations: marks },
    spec: { job: { state: 'running' } },
  });
  const objects: Record<string, object> = there
    ? { 'az-a': object('active', {}), 'az-b': object(there.role, there.marks ?? {}) }
    : {};
  const unreachable = async () => {
    throw new OutsideFailure('Unreachable', 'flink', 'flink does not answer');
  };
  return {
    config,
    cluster: (name: string) => ({ zone: name, getDeployment: async () => objects[name] }),
    store,
    flink: { jobManager: () => ({ jobs: unreachable }) },
    log: { info: () => {}, warn: () => {} },
    ...systemClock(),
    now,
  } as unknown as Ports;
}

/** The annotation of an object that was started from this checkpoint's snapshot. */
export const startedFrom = (snapshot: string) => ({
  [annotations.startedFrom]: flinkPath(storeConfig, snapshot, 'inZone'),
});

/** The annotation of a standby that names this recovery point. */
export const naming = (id: string) => ({
  [annotations.recoveryPoint]: flinkPath(storeConfig, storeKeys.recoveryPointKey(job, id), 'inZone'),
});
