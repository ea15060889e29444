/** Which checkpoint of a running job can be copied: the newest one that is complete and lies in its zone's store. */
import type { StoreConfig } from '../../model/config/types.ts';
import { jobKey, type JobRef } from '../../model/job/job.ts';
import type { CompletedCheckpoint } from '../../model/health/flink/rest-types.ts';
import { keyOfFlinkPath } from '../../model/store-location.ts';
import { OutsideFailure } from '../../adapters/failure.ts';
import type { FlinkJobManager } from '../../adapters/flink/port.ts';
import { TypedFailure } from '../../adapters/typed-failure.ts';

export interface CheckpointQuestion {
  job: JobRef;
  jobId: string;
  jobManager: FlinkJobManager;
  /** The whole store at home. */
  homeConfig: StoreConfig;
}

export interface StoredCheckpoint {
  id: number;
  triggeredMs: number;
  /** Key of its folder in the whole store at home. */
  folder: string;
}

/** @throws TypedFailure `NothingToShip`, which names the settings of Flink that are missing */
export async function newestCheckpoint(question: CheckpointQuestion, signal: AbortSignal): Promise<StoredCheckpoint> {
  const nothing = (why: string) => new TypedFailure('NothingToShip', `${jobKey(question.job)}: ${why}`);
  const newest = await completed(question, signal);
  // Flink keeps the newest savepoint apart from the newest checkpoint; a savepoint may be gone at any time.
  if (!newest || newest.isSavepoint) {
    throw nothing(
      'it has completed no checkpoint since its JobManager started: set execution.checkpointing.interval, and see that its checkpoints succeed',
    );
  }
  const { id, triggerTimestampMs, externalPath } = newest;
  if (externalPath === undefined) {
    throw nothing(
      `its checkpoint ${id} lies in the memory of its JobManager: set execution.checkpointing.dir to a folder in the zone's store`,
    );
  }
  const folder = keyOfFlinkPath(question.homeConfig, externalPath);
  if (folder === undefined) {
    throw nothing(
      `its checkpoint ${id} lies outside the zone's store, at ${externalPath}: set execution.checkpointing.dir to a folder in that store, or name the right store with the annotation az-escape.io/store`,
    );
  }
  return { id, triggeredMs: triggerTimestampMs, folder };
}

async function completed(
  { jobManager, jobId }: CheckpointQuestion,
  signal: AbortSignal,
): Promise<CompletedCheckpoint | undefined> {
  try {
    return (await jobManager.checkpoints(jobId, signal)).latestCompleted;
  } catch (error) {
    // Flink's answer for a job that takes no checkpoints.
    if (error instanceof OutsideFailure && error.failureClass === 'NotFound') return undefined;
    throw error;
  }
}
