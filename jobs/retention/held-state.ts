/** What of a job's recovery points is still needed by what runs or waits in either zone. */
import type { StoreConfig } from '../../model/config/types.ts';
import { ownCheckpointSinceRestore } from '../../model/health/flink/restore-verdict.ts';
import { jobKey, type JobRef } from '../../model/job/job.ts';
import type { FlinkDeployment } from '../../model/job/flink-deployment.ts';
import { annotations } from '../../model/job/marks.ts';
import type { HeldState, SeenPoint } from '../../model/recovery/retention/types.ts';
import { requiredFiles } from '../../model/snapshot/required-files.ts';
import { recoveryPointIdOfKey, storeKeys } from '../../model/store-keys.ts';
import { keyOfFlinkPath, wholeStore } from '../../model/store-location.ts';
import { OutsideFailure } from '../../adapters/failure.ts';
import { objectInPeer } from '../standby/keep-standby.ts';
import { readSnapshotMetadata } from '../recovery-points/snapshot-metadata.ts';
import { TypedFailure } from '../../adapters/typed-failure.ts';
import {
  type Clock,
  type Clusters,
  type Configured,
  type FlinkAccess,
  type Logging,
  type Stores,
  zoneConfig,
} from '../../adapters/ports.ts';

/** How long a running job may take to say what it restored and which checkpoints it has; it counts as unsaid then. */
const lookDeadlineMs = 5_000;

export interface HeldQuestion {
  job: JobRef;
  /** Zone in which the job runs, and its object there. */
  home: string;
  active: FlinkDeployment;
  peer: string;
  /** Name of the store, and its configuration in the peer zone. */
  storeName: string;
  storeConfig: StoreConfig;
  points: readonly SeenPoint[];
}

/**
 * Asks both zones' objects, and of those that run Flink itself. Whatever does not answer counts as still needed.
 * @throws TypedFailure `EpochTaken` when the job runs in both zones, `NameTaken` when another zone's job has its name
 */
export async function heldState(
  ports: Configured & Clusters & Stores & FlinkAccess & Logging & Clock,
  question: HeldQuestion,
  signal: AbortSignal,
): Promise<HeldState> {
  const { job, home, peer, active } = question;
  const there = await objectInPeer(ports.cluster(peer), active, home, signal);
  const points = new Set<string>();
  const snapshots = new Set<string>();
  const files = new Set<string>();
  for (const [zone, object] of [
    [home, active],
    [peer, there],
  ] as const) {
    if (!object) continue;
    const named = object.metadata.annotations?.[annotations.recoveryPoint];
    const key = named === undefined ? undefined : keyOfFlinkPath(question.storeConfig, named);
    const id = key === undefined ? undefined : recoveryPointIdOfKey(job, key);
    if (id !== undefined) points.add(id);
    for (const snapshot of startedFrom(question, object)) {
      const release = await releasedBy(ports, question, { zone, object, snapshot }, signal);
      if (!release.released) snapshots.add(snapshot);
      for (const file of release.files) files.add(file);
    }
  }
  return { points, snapshots, files };
}

/** Snapshots of this job in this store from which the object was started, as keys of their folders. */
function startedFrom({ job, storeConfig }: HeldQuestion, { metadata, spec }: FlinkDeployment): Set<string> {
  const paths = [metadata.annotations?.[annotations.startedFrom], spec.job?.initialSavepointPath];
  const keys = paths.flatMap((path) => (path === undefined ? [] : (keyOfFlinkPath(storeConfig, path) ?? [])));
  const folders = keys.map((key) => key.replace(/\/_metadata$/, ''));
  return new Set(folders.filter((key) => key.startsWith(`${storeKeys.snapshotsPrefix(job)}/`)));
}

/**
 * Whether the run needs the snapshot no more: it completed a checkpoint of its own since, and that refers to none of
 * our files. Which claim mode the job has is not asked: its checkpoint's own references say it better.
 */
async function releasedBy(
  ports: Configured & Stores & FlinkAccess & Logging & Clock,
  question: HeldQuestion,
  run: { zone: string; object: FlinkDeployment; snapshot: string },
  signal: AbortSignal,
): Promise<{ released: boolean; files: string[] }> {
  const held = { released: false, files: [] };
  // Nobody else needs what is gone already, and a twin that was started long ago is not asked in every round.
  if (!question.points.some(({ snapshot }) => snapshot === run.snapshot)) return held;
  const { zone, object } = run;
  if (object.spec.job?.state === 'suspended') return held;
  const ourFiles = zoneConfig(ports, zone).stores[question.storeName];
  if (!ourFiles) return held;
  try {
    const bounded = AbortSignal.any([signal, ports.timeout(lookDeadlineMs)]);
    const jobManager = ports.flink.jobManager(zone, question.job);
    const running = (await jobManager.jobs(bounded)).find(({ status }) => status === 'RUNNING');
    if (!running) return held;
    const own = ownCheckpointSinceRestore({ checkpoints: await jobManager.checkpoints(running.id, bounded) });
    if (own?.externalPath === undefined) return held;
    const folder = keyOfFlinkPath(wholeStore(ourFiles), own.externalPath);
    if (folder === undefined) return held;
    const files = ports.flinkFiles(zone, question.storeName);
    const read = await readSnapshotMetadata(files, `${folder}/_metadata`, bounded);
    if (!read) return held;
    const ours = requiredFiles(read.metadata.references).flatMap(({ path, relative }) => {
      const key = relative ? undefined : keyOfFlinkPath(question.storeConfig, path);
      return key?.startsWith(`${storeKeys.snapshotsPrefix(question.job)}/`) ? [key] : [];
    });
    return { released: ours.length === 0, files: ours };
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof OutsideFailure) && !(error instanceof TypedFailure)) throw error;
    ports.log.info({ job: jobKey(question.job), zone, snapshot: run.snapshot }, `still held: ${error.message}`);
    return held;
  }
}
