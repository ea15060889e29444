/** Marks the objects of jobs that were started and did not come up, so that a later escape takes them up again. */
import { jobKey } from '../../model/job/job.ts';
import { annotations } from '../../model/job/marks.ts';
import type { JobLine } from '../../model/report/schema.ts';
import { OutsideFailure } from '../../adapters/failure.ts';
import type { Clusters, Logging } from '../../adapters/ports.ts';
import type { Move } from '../../model/move/move.ts';

/** Best effort: the report says the same, and a mark that is missing costs a start by hand. */
export async function markFailed(
  ports: Clusters & Logging,
  move: Move,
  jobs: readonly JobLine[],
  signal: AbortSignal,
): Promise<void> {
  for (const job of jobs) {
    // One that never came to its start still has its standby.
    if (move.effects === 'rehearsed' || job.outcome !== 'failed' || job.diagnosis === undefined || job.to === null)
      continue;
    const cluster = ports.cluster(job.to);
    try {
      const there = await cluster.getDeployment(job, signal);
      if (there?.metadata.annotations?.[annotations.escape] !== move.id) continue;
      const marks = { [annotations.failed]: job.diagnosis };
      await cluster.patchDeployment(job, { metadata: { annotations: marks } }, signal);
    } catch (error) {
      if (!(error instanceof OutsideFailure)) throw error;
      const fields = { job: jobKey(job), zone: job.to, incident: move.incident };
      ports.log.warn(fields, `it could not be marked as failed: ${error.message}`);
    }
  }
}
