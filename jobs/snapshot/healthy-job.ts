/** Whether a job is well enough to be asked for a snapshot. */
import { jobKey, type JobRef } from '../../model/job/job.ts';
import { OutsideFailure } from '../../adapters/failure.ts';
import type { FlinkJobManager } from '../../adapters/flink/port.ts';
import { TypedFailure } from '../../adapters/typed-failure.ts';

/** Nothing is asked of a job that is not well: a failing savepoint can restart it, its checkpoints may be of no use. @throws TypedFailure `JobNotHealthy` */
export async function healthyJob(
  jobManager: FlinkJobManager,
  job: JobRef,
  signal: AbortSignal,
): Promise<{ id: string; version: string }> {
  try {
    const running = (await jobManager.jobs(signal)).find(({ status }) => status === 'RUNNING');
    if (!running) throw new TypedFailure('JobNotHealthy', `${jobKey(job)}: Flink runs no job in state RUNNING`);
    const [detail, version] = await Promise.all([jobManager.job(running.id, signal), jobManager.version(signal)]);
    const behind = detail.vertices.find(({ tasks, parallelism }) => tasks['RUNNING'] !== parallelism);
    if (!behind) return { id: running.id, version };
    throw new TypedFailure(
      'JobNotHealthy',
      `${jobKey(job)}: only ${behind.tasks['RUNNING'] ?? 0} of ${behind.parallelism} tasks of "${behind.name}" run`,
    );
  } catch (error) {
    if (!(error instanceof OutsideFailure)) throw error;
    throw new TypedFailure('JobNotHealthy', `${jobKey(job)}: its JobManager cannot be asked: ${error.message}`);
  }
}
