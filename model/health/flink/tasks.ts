/** Whether all of a job's tasks run. */
import type { FlinkJobDetail } from './rest-types.ts';

/** States from which a job does not come back. SUSPENDED is not one: another JobManager goes on with it. */
const endStates: ReadonlySet<string> = new Set(['FAILED', 'CANCELED', 'FINISHED']);

export function isEnded(job: FlinkJobDetail): boolean {
  return endStates.has(job.state);
}

/** True when `state` is RUNNING and so is every task: Flink calls a job RUNNING while tasks still load their state. */
export function allTasksRun(job: FlinkJobDetail): boolean {
  return job.state === 'RUNNING' && job.vertices.length > 0 && job.vertices.every((v) => idleTasks(v) === 0);
}

/** "3 of 8 tasks run (INITIALIZING 5)"; for a job that is not RUNNING its state. */
export function describeTasks(job: FlinkJobDetail): string {
  if (job.state !== 'RUNNING') return `the job is ${job.state}`;
  if (job.vertices.length === 0) return 'the job has no tasks yet';
  const counts = new Map<string, number>();
  let all = 0;
  for (const vertex of job.vertices) {
    all += vertex.parallelism;
    for (const [state, n] of Object.entries(vertex.tasks)) counts.set(state, (counts.get(state) ?? 0) + n);
  }
  const others = [...counts].filter(([state, n]) => n > 0 && state !== 'RUNNING').map(([state, n]) => `${state} ${n}`);
  return `${counts.get('RUNNING') ?? 0} of ${all} tasks run${others.length > 0 ? ` (${others.join(', ')})` : ''}`;
}

/** Tasks that neither run nor have read their source to its end. */
function idleTasks(vertex: FlinkJobDetail['vertices'][number]): number {
  return vertex.parallelism - (vertex.tasks['RUNNING'] ?? 0) - (vertex.tasks['FINISHED'] ?? 0);
}
