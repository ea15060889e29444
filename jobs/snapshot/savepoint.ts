/** One native savepoint, straight into the peer zone's store, found again whatever dies meanwhile. */
import { jobKey, type JobRef } from '../../model/job/job.ts';
import { flinkPath, storeKeys, type SeenFrom } from '../../model/store-location.ts';
import type { StoreConfig } from '../../model/config/types.ts';
import type { StageProgress } from '../../model/protect/round-progress.ts';
import { OutsideFailure } from '../../adapters/failure.ts';
import type { FlinkJobManager, TriggerStatus } from '../../adapters/flink/port.ts';
import type { SnapshotStore } from '../../adapters/storage/port.ts';
import { TypedFailure } from '../../adapters/typed-failure.ts';
import type { Pulse } from '../../adapters/ports.ts';
import { letCheckpointsEnd, timeoutClause } from './running-checkpoints.ts';
import type { TakenSnapshot } from './taken-snapshot.ts';

export interface SavepointTask {
  job: JobRef;
  jobId: string;
  triggerId: string;
  jobManager: FlinkJobManager;
  store: SnapshotStore;
  storeConfig: StoreConfig;
  timeoutMs: number;
  /** How long a checkpoint that the job is at may take to end first; without it none is waited for. */
  checkpointWaitMs?: number;
  /** Where it goes, in a folder of this trigger: the job's folder of snapshots unless told. */
  folder?: string;
  /** Where the job runs, seen from the store: another zone unless told. */
  seenFrom?: SeenFrom;
  now(): number;
}

/** Takes the savepoint: see `savepointFolder` for what a repeated call does. @throws TypedFailure `SavepointFailed` */
export async function takeSavepoint(task: SavepointTask, pulse: Pulse): Promise<TakenSnapshot> {
  const key = await savepointFolder(task, pulse);
  return {
    key,
    stateAtMs: await stateTime(task, key, pulse.signal),
    token: task.triggerId,
    digests: new Map(),
    account: 'all of them written by a savepoint',
  };
}

/**
 * Takes the savepoint and returns the key of its directory. The trigger id is ours and the target directory belongs to
 * it alone: a repeated call finds a savepoint already taken, also when the JobManager has forgotten the trigger (it
 * keeps results for five minutes, `rest.async.store-duration`, and loses them at a failover).
 * @throws TypedFailure `SavepointFailed`
 */
async function savepointFolder(task: SavepointTask, pulse: Pulse): Promise<string> {
  const folder = task.folder ?? storeKeys.snapshotPrefix(task.job, task.triggerId);
  const taken = await finishedIn(task.store, folder, pulse.signal);
  if (taken) return taken;
  const targetDirectory = flinkPath(task.storeConfig, folder, task.seenFrom ?? 'fromPeer');
  const { jobId, triggerId, jobManager } = task;
  if (task.checkpointWaitMs !== undefined && (await statusOf(task, pulse.signal)).state === 'unknown') {
    await letCheckpointsEnd(task, task.checkpointWaitMs, pulse);
  }
  await jobManager.triggerSavepoint({ jobId, triggerId, targetDirectory }, pulse.signal);
  const deadline = task.now() + task.timeoutMs;
  while (task.now() < deadline) {
    pulse.beat({ stage: 'savepoint' } satisfies StageProgress);
    const status = await statusOf(task, pulse.signal);
    if (status.state === 'failed') {
      const expired = status.cause.includes('expired before completing');
      const why = expired ? await timeoutClause(task, { ended: 'by Flink', ...task }, pulse.signal) : '';
      throw new TypedFailure(
        'SavepointFailed',
        `${jobKey(task.job)}: Flink could not take the savepoint: ${status.cause}${why}`,
      );
    }
    if (status.state !== 'in-progress') {
      const finished = await finishedIn(task.store, folder, pulse.signal);
      if (finished) return finished;
      if (status.state === 'completed') {
        // What a listing does not show may be there all the same: Flink's answer says under which name.
        const told = `${folder}/${status.value.location.replace(/\/+$/, '').split('/').at(-1)!}`;
        if (await task.store.stat(`${told}/_metadata`, pulse.signal)) return told;
      }
      if (status.state === 'completed') {
        throw new TypedFailure(
          'SavepointFailed',
          `${jobKey(task.job)}: Flink reports a savepoint at ${status.value.location}, but ${folder} in ${task.store.description} holds none`,
        );
      }
      throw new TypedFailure('SavepointFailed', `${jobKey(task.job)}: the JobManager failed over during the savepoint`);
    }
    await pulse.sleep(500);
  }
  // Without the wait, the job is ended next.
  const isRound = task.checkpointWaitMs !== undefined;
  const rest = isRound ? await timeoutClause(task, { ended: 'by the round', ...task }, pulse.signal) : '';
  throw new TypedFailure(
    'SavepointFailed',
    `${jobKey(task.job)}: no savepoint within ${Math.round(task.timeoutMs / 1000)} s; the previous recovery points stay in use${rest}`,
  );
}

/** A JobManager that does not answer for a moment is no verdict on the savepoint. */
async function statusOf(task: SavepointTask, signal: AbortSignal): Promise<TriggerStatus<{ location: string }>> {
  try {
    return await task.jobManager.savepointStatus(task.jobId, task.triggerId, signal);
  } catch (error) {
    if (error instanceof OutsideFailure && error.retryable) return { state: 'in-progress' };
    throw error;
  }
}

/** Flink writes `savepoint-<job>-<random>/_metadata` last, so its presence means that the savepoint is complete. */
async function finishedIn(store: SnapshotStore, folder: string, signal: AbortSignal): Promise<string | undefined> {
  for await (const object of store.list(`${folder}/`, signal)) {
    const parts = object.key.slice(folder.length + 1).split('/');
    if (parts.length === 2 && parts[0]!.startsWith('savepoint-') && parts[1] === '_metadata') {
      return `${folder}/${parts[0]}`;
    }
  }
  return undefined;
}

/** Flink's trigger time of the savepoint; after a failover of the JobManager the age of the oldest file in it. */
async function stateTime(
  { jobManager, jobId, store }: SavepointTask,
  snapshot: string,
  signal: AbortSignal,
): Promise<number> {
  const name = snapshot.split('/').at(-1)!;
  const { latestSavepoint } = await jobManager.checkpoints(jobId, signal);
  if (latestSavepoint?.externalPath?.includes(name)) return latestSavepoint.triggerTimestampMs;
  let oldest = Number.POSITIVE_INFINITY;
  for await (const object of store.list(`${snapshot}/`, signal)) oldest = Math.min(oldest, object.modifiedAt.getTime());
  return oldest;
}
