/** After a round, a P0 job's twin must be seen healthy in the peer zone: a twin that is not is no protection. */
import { nothingSeen, remember, type RestoreHistory } from '../../model/health/flink/restore-history.ts';
import { twinVerdict } from '../../model/health/flink/restore-verdict.ts';
import { jobKey, type JobRef } from '../../model/job/job.ts';
import type { StageProgress } from '../../model/protect/round-progress.ts';
import { twinCheckpointMaxAgeMs } from './twin.ts';
import { lookAtJob } from '../../adapters/flink/sighting.ts';
import { TypedFailure } from '../../adapters/typed-failure.ts';
import type { Pulse, World } from '../../adapters/world.ts';

/**
 * Waits until the twin runs with a recent checkpoint. Usually one look; a twin that was just created takes a start's time.
 * @throws TypedFailure `TwinUnwell` when it fails or is not healthy within `deadlineMs`
 */
export async function seeTwinHealthy(
  world: World,
  zone: string,
  job: JobRef,
  deadlineMs: number,
  pulse: Pulse,
): Promise<void> {
  const jobManager = world.flink.jobManager(zone, job);
  const deadline = world.now() + deadlineMs;
  let history: RestoreHistory = nothingSeen;
  let why = 'it was not looked at';
  for (;;) {
    pulse.beat({ stage: 'twin' } satisfies StageProgress);
    const look = await lookAtJob(jobManager, pulse.signal);
    if ('seen' in look) {
      history = remember(history, look.seen);
      const at = { nowMs: world.now(), maxAgeMs: twinCheckpointMaxAgeMs };
      const verdict = twinVerdict(look.seen, at, history);
      if (verdict.state === 'confirmed') return;
      why = 'why' in verdict ? verdict.why : 'it has no recent checkpoint';
      if (verdict.state === 'failing') break;
    } else {
      why = look.unseen;
    }
    if (world.now() >= deadline) break;
    await pulse.sleep(1_000);
  }
  throw new TypedFailure('TwinUnwell', `the twin of ${jobKey(job)} in ${zone} is not healthy: ${why}`);
}
