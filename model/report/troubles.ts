/** What did not come back, gathered by cause: 300 jobs that lack room are one thing to read, not 300. */
import type { Reason } from '../outcome/outcome.ts';
import type { JobReport } from './schema.ts';

export interface Trouble extends Reason {
  outcome: 'failed' | 'left';
  jobs: JobReport[];
}

/** Failed before left; then the cause with the most important job first; jobs keep the order of the report. */
export function gatherTroubles(jobs: readonly JobReport[]): Trouble[] {
  const byCause = new Map<string, Trouble>();
  for (const job of jobs) {
    if (job.outcome === 'running') continue;
    const cause = JSON.stringify([job.outcome, job.code, job.message]);
    const known = byCause.get(cause);
    if (known) known.jobs.push(job);
    else byCause.set(cause, { outcome: job.outcome, code: job.code, message: job.message, jobs: [job] });
  }
  // Map keeps the order of first sight, which is the order of importance, and sorting is stable.
  return [...byCause.values()].toSorted((a, b) => a.outcome.localeCompare(b.outcome, 'en'));
}

/** All jobs for a table: failed, left, running; within each in the order of the report. */
export function troublesFirst(jobs: readonly JobReport[]): JobReport[] {
  const rank = { failed: 0, left: 1, running: 2 } as const;
  return jobs.toSorted((a, b) => rank[a.outcome] - rank[b.outcome]);
}
