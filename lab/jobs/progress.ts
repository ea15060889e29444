/** How far a sample job has come on its way from applied to recoverable. Works over any reader of Flink's REST API. */
import { fieldsOf, listIn, type GetJson } from './flink-rest.ts';

export type SampleJobProgress =
  /** No REST API, or no job in it yet. */
  | { stage: 'no-job-manager' }
  | { stage: 'starting'; jobId: string; state: string; tasksRunning: number; tasks: number }
  | { stage: 'running'; jobId: string }
  /** All tasks run and a checkpoint of this run is complete: the job could be recovered. */
  | { stage: 'checkpointed'; jobId: string; checkpointPath: string };

/**
 * Asks the one job of a cluster.
 * @throws what the reader throws, but for a JobManager that has no job yet.
 */
export async function readSampleJobProgress(get: GetJson): Promise<SampleJobProgress> {
  const job = fieldsOf(listIn(await get('/jobs/overview'), 'jobs')[0]);
  const [jobId, state] = [job['jid'], job['state']];
  if (typeof jobId !== 'string' || typeof state !== 'string') return { stage: 'no-job-manager' };
  const counts = fieldsOf(job['tasks']);
  const [tasksRunning, tasks] = [countOf(counts['running']), countOf(counts['total'])];
  // A job is RUNNING while its tasks still wait for slots or load their state.
  if (state !== 'RUNNING' || tasks === 0 || tasksRunning < tasks) {
    return { stage: 'starting', jobId, state, tasksRunning, tasks };
  }
  const latest = fieldsOf(fieldsOf(await get(`/jobs/${jobId}/checkpoints`))['latest']);
  const checkpointPath = fieldsOf(latest['completed'])['external_path'];
  return typeof checkpointPath === 'string'
    ? { stage: 'checkpointed', jobId, checkpointPath }
    : { stage: 'running', jobId };
}

/** The same in words for people. */
export function describeSampleJobProgress(progress: SampleJobProgress): string {
  switch (progress.stage) {
    case 'no-job-manager':
      return 'waits for its JobManager';
    case 'starting':
      return `${progress.state}, ${progress.tasksRunning} of ${progress.tasks} tasks running`;
    case 'running':
      return 'all tasks running, waits for its first checkpoint';
    case 'checkpointed':
      return `running, checkpoint ${progress.checkpointPath}`;
  }
}

function countOf(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}
