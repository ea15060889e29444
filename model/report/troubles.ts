/** What did not come back, gathered by cause: 300 jobs that lack room are one thing to read, not 300. */
import type { Reason } from '../outcome/outcome.ts';
import type { JobReport } from './schema.ts';

export interface Trouble extends Reason {
  outcome: Exclude<JobReport['outcome'], 'running' | 'proven'>;
  jobs: JobReport[];
}

/** Failed before left before rolled back; then the cause with the most important job first; jobs keep the order of the report. */
export function gatherTroubles(jobs: readonly JobReport[]): Trouble[] {
  const byCause = new Map<string, Trouble>();
  for (const job of jobs) {
    if (job.outcome === 'running' || job.outcome === 'proven') continue;
    const cause = JSON.stringify([job.outcome, job.code, job.message]);
    const known = byCause.get(cause);
    if (known) known.jobs.push(job);
    else byCause.set(cause, { outcome: job.outcome, code: job.code, message: job.message, jobs: [job] });
  }
  // Map keeps the order of first sight, which is the order of importance, and sorting is stable.
  return [...byCause.values()].toSorted((a, b) => a.outcome.localeCompare(b.outcome, 'en'));
}

/** All jobs for a table: failed, left, rolled back, running, proven; within each in the order of the report. */
export function troublesFirst(jobs: readonly JobReport[]): JobReport[] {
  const rank = { failed: 0, left: 1, rolledBack: 2, running: 3, proven: 4 } as const;
  return jobs.toSorted((a, b) => rank[a.outcome] - rank[b.outcome]);
}
