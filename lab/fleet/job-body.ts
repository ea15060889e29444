/** What stands behind a simulated job while it runs: nothing at all, or real pods. */
import type { FlinkDeployment } from '../../model/job/flink-deployment.ts';
import type { JobRef } from '../../model/job/job.ts';

export interface JobBody {
  /** The job is to run. Once more for the same object: nothing. */
  start(deployment: FlinkDeployment): void;
  /** The job is to run no more, or its object is gone. */
  stop(job: JobRef): void;
  /** True while all of it is there; a job whose body is not cannot run. */
  ready(job: JobRef): boolean;
  /** Pods of all jobs that run; absent without pods. */
  readonly running?: number;
}

/** No body: a job runs as soon as it is told to. */
export const noBody: JobBody = { start: () => {}, stop: () => {}, ready: () => true };
