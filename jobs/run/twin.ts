/** Is a P0 job's twin fit to take over? Asked once, right before it is promoted. */
import { nothingSeen, remember } from '../../model/health/flink/restore-history.ts';
import { twinVerdict } from '../../model/health/flink/restore-verdict.ts';
import type { JobRef } from '../../model/job/job.ts';
import { lookAtJob, type Look } from '../../adapters/flink/sighting.ts';
import type { Clock, FlinkAccess } from '../../adapters/ports.ts';

/** A twin that has not completed a checkpoint for this long has stopped doing its work. */
export const twinCheckpointMaxAgeMs = 120_000;

/** Looks at a twin are cheap, but a P0 job waits for this one. */
const lookDeadlineMs = 5_000;

/** All tasks running is enough to promote; a twin that cannot be seen, or fails, is not. */
export async function twinIsWell(
  ports: FlinkAccess & Clock,
  zone: string,
  job: JobRef,
  signal: AbortSignal,
): Promise<{ well: true } | { well: false; why: string }> {
  const bounded = AbortSignal.any([signal, ports.timeout(lookDeadlineMs)]);
  const look = await lookAtJob(ports.flink.jobManager(zone, job), bounded).catch((error: unknown): Look => {
    signal.throwIfAborted();
    // Our own deadline is no failure of the start: a twin that says nothing for so long cannot take over.
    if (!bounded.aborted) throw error;
    return { unseen: `its JobManager gave no answer within ${lookDeadlineMs / 1000} s` };
  });
  signal.throwIfAborted();
  if ('unseen' in look) return { well: false, why: look.unseen };
  const history = remember(nothingSeen, look.seen);
  const verdict = twinVerdict(look.seen, { nowMs: ports.now(), maxAgeMs: twinCheckpointMaxAgeMs }, history);
  if (verdict.state === 'confirmed' || verdict.state === 'all-running') return { well: true };
  return { well: false, why: 'why' in verdict ? verdict.why : `it restored ${verdict.restoredPath ?? 'nothing'}` };
}
