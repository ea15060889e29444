/** One look at a job: the answers of its JobManager that health is decided on. */
import type { JobSighting } from '../../model/health/flink/restore-history.ts';
import { OutsideFailure } from '../failure.ts';
import type { FlinkJobManager } from './port.ts';

export type Look = { seen: JobSighting } | { unseen: string };

/**
 * Looks at the cluster's one job. A JobManager that is not up yet, or knows no job yet, is an answer; only a failure
 * that no later look can mend (credentials, a wrong address) is thrown.
 */
export async function lookAtJob(jobManager: FlinkJobManager, signal: AbortSignal): Promise<Look> {
  try {
    const jobs = await jobManager.jobs(signal);
    const current = jobs.find(({ status }) => !isOver(status)) ?? jobs.at(-1);
    if (!current) return { unseen: 'the JobManager knows no job yet' };
    const job = await jobManager.job(current.id, signal);
    const checkpoints = await jobManager.checkpoints(current.id, signal);
    const restless = job.state !== 'RUNNING' || checkpoints.counts.restored > 1;
    return {
      seen: { job, checkpoints, ...(restless ? { exceptions: await jobManager.exceptions(current.id, signal) } : {}) },
    };
  } catch (error) {
    // "Not found" is usual too: service and job appear one after the other.
    if (error instanceof OutsideFailure && (error.retryable || error.failureClass === 'NotFound')) {
      return { unseen: error.message };
    }
    throw error;
  }
}

function isOver(status: string): boolean {
  return status === 'FAILED' || status === 'CANCELED' || status === 'FINISHED';
}
