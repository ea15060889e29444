/** Copies a running job's newest checkpoint into the peer zone's store, only what is not there yet. */
import { createHash } from 'node:crypto';
import type { StoreConfig } from '../../model/config/types.ts';
import { jobKey, type JobRef } from '../../model/job/job.ts';
import type { StageProgress } from '../../model/protect/round-progress.ts';
import { rewriteReferences } from '../../model/snapshot/rewrite-metadata.ts';
import { planShipping, type ShipPlan, type ShipQuestion } from '../../model/snapshot/ship-plan.ts';
import { storeKeys } from '../../model/store-location.ts';
import type { FlinkJobManager } from '../../adapters/flink/port.ts';
import { retry, type RetryPolicy } from '../../adapters/retry.ts';
import type { SnapshotStore } from '../../adapters/storage/port.ts';
import { withoutDamaged } from '../recovery-points/damage-marks.ts';
import { readManifest, recoveryPointIds } from '../recovery-points/recovery-points.ts';
import { sizesOf } from '../../adapters/storage/sizes-of.ts';
import type { Steps } from '../../adapters/storage/copy/steps.ts';
import { readSnapshotMetadata } from '../recovery-points/snapshot-metadata.ts';
import { TypedFailure } from '../../adapters/typed-failure.ts';
import type { Pulse } from '../../adapters/ports.ts';
import { copyFiles, FileGone } from './copy-files.ts';
import { newestCheckpoint, type StoredCheckpoint } from './newest-checkpoint.ts';
import type { FileDigest, TakenSnapshot } from './taken-snapshot.ts';

export interface ShipTask {
  job: JobRef;
  jobId: string;
  jobManager: FlinkJobManager;
  /** The whole store at home, and its configuration: checkpoints lie outside the product's prefix. */
  homeStore: SnapshotStore;
  homeConfig: StoreConfig;
  /** The peer's store. */
  store: SnapshotStore;
  storeConfig: StoreConfig;
  /** How quickly files may pass; as quickly as they can when absent. */
  steps?: Steps | undefined;
}

/** Checkpoints tried, when one after the other is deleted while it is copied. */
const maxTries = 5;

/** Where nothing holds files back, large ones still tell how far they are. */
const freeStepBytes = 8 << 20;

/** Before the next try: Flink's answers on checkpoints are up to three seconds old (`web.refresh-interval`). */
const nextTryMs = 3_000;

const anotherCheckpoint: RetryPolicy = {
  after: (error) => error instanceof FileGone,
  tries: maxTries,
  pauseMs: nextTryMs,
};

/**
 * Ships the newest checkpoint. Nothing is asked of the job. Files that are whole in the peer are not copied again, so a
 * repeated call goes on where the last one ended; `_metadata` is written last. When a file is gone at home, as Flink
 * has replaced the checkpoint by newer ones, it begins again with the newest and keeps what was copied.
 * @throws TypedFailure `NothingToShip`, `CheckpointGone`, `MetadataUnreadable`
 */
export async function shipCheckpoint(task: ShipTask, pulse: Pulse): Promise<TakenSnapshot> {
  const digests = await digestsOfNewest(task.store, task.job, pulse.signal);
  const shipNewest = async () => shipOne(task, await newestCheckpoint(task, pulse.signal), digests, pulse);
  try {
    return await retry(shipNewest, anotherCheckpoint, { sleep: pulse.sleep });
  } catch (error) {
    if (!(error instanceof FileGone)) throw error;
    throw new TypedFailure(
      'CheckpointGone',
      `${jobKey(task.job)}: ${maxTries} checkpoints in a row lost a file before it was copied; the last time ${error.message}`,
    );
  }
}

async function shipOne(
  task: ShipTask,
  checkpoint: StoredCheckpoint,
  digests: Map<string, FileDigest>,
  pulse: Pulse,
): Promise<TakenSnapshot> {
  const { job, jobId, homeStore, store } = task;
  const { id, triggeredMs } = checkpoint;
  const read = await readSnapshotMetadata(homeStore, `${checkpoint.folder}/_metadata`, pulse.signal);
  if (!read) throw new FileGone(`${checkpoint.folder}/_metadata is not in ${homeStore.description}`);
  const { references } = read.metadata;
  const key = storeKeys.shippedCheckpointPrefix(job, { jobId, checkpointId: id, triggeredMs });
  const plan = await planFor(task, checkpoint, references, key, pulse.signal);

  let [files, bytes] = [0, 0];
  const beat = () =>
    pulse.beat({
      stage: 'copying',
      files: { done: files, total: plan.copies.length },
      bytes: { done: bytes, total: plan.copyBytes },
    } satisfies StageProgress);
  beat();
  const steps: Steps = {
    stepBytes: task.steps?.stepBytes ?? freeStepBytes,
    async mayPass(stepBytes) {
      await task.steps?.mayPass(stepBytes);
      bytes += stepBytes;
      beat();
    },
  };
  await copyFiles(
    { from: homeStore, to: store },
    plan.copies,
    (copy, digest) => {
      digests.set(copy.to, digest);
      files += 1;
      beat();
    },
    pulse.signal,
    steps,
  );
  const metadata = rewriteReferences(read.bytes, references, ({ path }) => plan.newPaths[path]!);
  digests.set(`${key}/_metadata`, { sizeBytes: metadata.length, sha256: sha256(metadata) });
  await store.put(`${key}/_metadata`, metadata, { signal: pulse.signal });
  return {
    key,
    stateAtMs: triggeredMs,
    token: createHash('md5').update(key).digest('hex'),
    digests,
    copiedBytes: plan.copyBytes + metadata.length,
    account: `${plan.copies.length} of them, ${plan.copyBytes} bytes, copied from checkpoint ${id}`,
  };
}

/** The first plan tells which files there are at all, the second which of them the peer lacks. */
async function planFor(
  task: ShipTask,
  checkpoint: StoredCheckpoint,
  references: ShipQuestion['references'],
  folder: string,
  signal: AbortSignal,
): Promise<ShipPlan> {
  const filesFolder = storeKeys.shippedFilesPrefix(task.job);
  const plan = (present: ReadonlyMap<string, number>): ShipPlan => {
    const home = { store: task.homeConfig, folder: checkpoint.folder };
    const result = planShipping({
      references,
      home,
      peer: { store: task.storeConfig, folder, filesFolder, present },
    });
    if (result.ok) return result.plan;
    throw new TypedFailure(
      'NothingToShip',
      `${jobKey(task.job)}: its checkpoint ${checkpoint.id} needs ${result.outside}, which lies outside the zone's store; set execution.state-recovery.claim-mode to NO_CLAIM and restart it, or use mode savepoint`,
    );
  };
  const all = plan(new Map()).copies;
  const present = await sizesOf(
    task.store,
    all.map(({ to }) => to),
    signal,
  );
  return plan(await withoutDamaged(task.store, task.job, present, signal));
}

/** Digests that were taken when the newest recovery point was made: its files are not read again. */
async function digestsOfNewest(
  store: SnapshotStore,
  job: JobRef,
  signal: AbortSignal,
): Promise<Map<string, FileDigest>> {
  const digests = new Map<string, FileDigest>();
  const [newest] = await recoveryPointIds(store, job, signal);
  if (newest === undefined) return digests;
  const read = await readManifest(store, storeKeys.recoveryPointKey(job, newest), signal);
  if (!read.ok) return digests;
  for (const { key, sizeBytes, sha256 } of read.manifest.files) if (sha256) digests.set(key, { sizeBytes, sha256 });
  return digests;
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
