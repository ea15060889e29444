/** The port to the REST API of one job's JobManager. Shapes: Flink 1.20 REST API, which 2.x keeps for these calls. */
import type { JobRef } from '../../model/job/job.ts';
import type { CheckpointStatistics, FlinkExceptions, FlinkJobDetail } from '../../model/health/flink/rest-types.ts';

export interface SavepointRequest {
  /** Flink job id, 32 hex digits. */
  jobId: string;
  /** Chosen by us, 32 hex digits: repeating a POST with it does not take a second savepoint. */
  triggerId: string;
  /** Directory as the job's own file systems address it. */
  targetDirectory: string;
}

export type TriggerStatus<T> =
  | { state: 'in-progress' }
  | { state: 'completed'; value: T }
  | { state: 'failed'; cause: string }
  /** The JobManager does not know the trigger: five minutes over, or it failed over. */
  | { state: 'unknown' };

/** One job's JobManager. Calls fail with `OutsideFailure`; `Unreachable` and `Unavailable` are usual while it starts. */
export interface FlinkJobManager {
  /** Jobs of this cluster; in application mode one, or none while it starts. */
  jobs(signal?: AbortSignal): Promise<{ id: string; status: string }[]>;
  job(jobId: string, signal?: AbortSignal): Promise<FlinkJobDetail>;
  checkpoints(jobId: string, signal?: AbortSignal): Promise<CheckpointStatistics>;
  /** How long the job lets a checkpoint or savepoint take before it gives it up: `execution.checkpointing.timeout`. */
  checkpointTimeoutMs(jobId: string, signal?: AbortSignal): Promise<number>;
  exceptions(jobId: string, signal?: AbortSignal): Promise<FlinkExceptions>;
  /** Native format, without stopping the job. */
  triggerSavepoint(request: SavepointRequest, signal?: AbortSignal): Promise<void>;
  savepointStatus(jobId: string, triggerId: string, signal?: AbortSignal): Promise<TriggerStatus<{ location: string }>>;
  /** Asks for a checkpoint now: the quickest proof that a restored job can snapshot. */
  triggerCheckpoint(jobId: string, triggerId: string, signal?: AbortSignal): Promise<void>;
  checkpointStatus(
    jobId: string,
    triggerId: string,
    signal?: AbortSignal,
  ): Promise<TriggerStatus<{ checkpointId: number }>>;
  /** Flink version and slots: `GET /overview`, `/config`. */
  version(signal?: AbortSignal): Promise<string>;
}

/** Finds the JobManager of a job in a zone. */
export interface FlinkGateway {
  jobManager(zone: string, job: JobRef): FlinkJobManager;
}
