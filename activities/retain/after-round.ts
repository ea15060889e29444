/** Retention as the last step of a job's round of protection. */
import { jobKey, type JobRef } from '../../model/job.ts';
import { retentionPays } from '../../model/retention/worth.ts';
import { OutsideFailure } from '../failure.ts';
import { recoveryPointIds } from '../storage/recovery-points.ts';
import { TypedFailure } from '../typed-failure.ts';
import type { Pulse, World } from '../world.ts';
import { findJob } from './find-job.ts';
import { retainJob } from './retain-job.ts';

/**
 * Deletes what is over, if so much is there that it pays. The round has its recovery point: whatever fails here is
 * logged, and the next round tries again.
 */
export async function retainAfterRound(world: World, request: JobRef & { zone: string }, pulse: Pulse): Promise<void> {
  const { zone, namespace, name } = request;
  const about = { job: jobKey(request), zone };
  try {
    const { store, job, tier } = await findJob(world, zone, { namespace, name }, pulse.signal);
    const ids = await recoveryPointIds(store, job, pulse.signal);
    if (!retentionPays(ids, world.config.tiers[tier], world.now())) return;
    const done = await retainJob(world, { zone, namespace, name }, pulse);
    const { items: _, ...figures } = done;
    world.log.info({ ...about, ...figures }, `old recovery points: ${done.sentence}`);
  } catch (error) {
    pulse.signal.throwIfAborted();
    if (!(error instanceof OutsideFailure) && !(error instanceof TypedFailure)) throw error;
    world.log.warn(about, `old recovery points stay: ${error.message}`);
  }
}
