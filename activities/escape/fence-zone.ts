/** Best-effort fencing: tells the lost zone, should it still hear us, to stop the jobs that now start elsewhere. */
import { jobKey } from '../../model/job.ts';
import { labels } from '../../model/kubernetes/marks.ts';
import { jobOf } from '../../model/kubernetes/flink-deployment.ts';
import { OutsideFailure } from '../failure.ts';
import type { World } from '../world.ts';
import { readPlan } from './make-plan.ts';
import type { EscapeTarget, FenceResult } from './types.ts';

/**
 * Suspends the planned jobs in the lost zone within the configured bound. The one place of an escape that addresses
 * the lost zone; nobody waits for it, and an unreachable zone is the usual answer, not an error.
 */
export async function fenceZone(world: World, target: EscapeTarget, signal: AbortSignal): Promise<FenceResult> {
  const bounded = AbortSignal.any([signal, AbortSignal.timeout(target.fenceDeadlineMs)]);
  const plan = await readPlan(world, target, signal);
  const escaping = new Set(plan.waves.flatMap(({ jobs }) => jobs.map(jobKey)));
  const cluster = world.cluster(target.zone);
  try {
    const there = await cluster.listDeployments(labels.tier, bounded);
    const toStop = there.filter(
      (deployment) =>
        escaping.has(jobKey(jobOf(deployment))) &&
        (deployment.metadata.labels?.[labels.role] ?? 'active') === 'active' &&
        deployment.spec.job?.state !== 'suspended',
    );
    for (const deployment of toStop) {
      await cluster.patchDeployment(jobOf(deployment), { spec: { job: { state: 'suspended' } } }, bounded);
    }
    return { outcome: 'fenced', detail: `${target.zone} answered; ${toStop.length} of its jobs were told to stop` };
  } catch (error) {
    if (!(error instanceof OutsideFailure) && !bounded.aborted) throw error;
    const why = error instanceof Error ? error.message : String(error);
    return { outcome: 'unreachable', detail: `${target.zone} could not be told to stop its jobs: ${why}` };
  }
}
