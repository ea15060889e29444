/** After a round, a P0 job's twin must be seen healthy in the peer zone: a twin that is not is no protection. */
import { twinVerdict } from '../../model/health/flink/restore-verdict.ts';
import { jobKey, type JobRef } from '../../model/job/job.ts';
import type { StageProgress } from '../../model/protect/round-progress.ts';
import { twinCheckpointMaxAgeMs } from './twin.ts';
import { TypedFailure } from '../../adapters/typed-failure.ts';
import type { Clock, FlinkAccess, Pulse } from '../../adapters/ports.ts';
import { plainEnd, watchUntilRunning, type PlainEnd, type Watch } from './watch-until-running.ts';

/**
 * Waits until the twin runs with a recent checkpoint. Usually one look; a twin that was just created takes a start's time.
 * @throws TypedFailure `TwinUnwell` when it fails or is not healthy within `deadlineMs`
 */
export async function seeTwinHealthy(
  ports: FlinkAccess & Clock,
  zone: string,
  job: JobRef,
  deadlineMs: number,
  pulse: Pulse,
): Promise<void> {
  const watch: Watch<PlainEnd> = {
    judge: (seen, history, nowMs) => twinVerdict(seen, { nowMs, maxAgeMs: twinCheckpointMaxAgeMs }, history),
    deadlineMs: ports.now() + deadlineMs,
    pauseMs: 1_000,
    beat: () => pulse.beat({ stage: 'twin' } satisfies StageProgress),
    end: (sight) => plainEnd(sight, 'confirmed'),
  };
  const end = await watchUntilRunning(ports.flink.jobManager(zone, job), watch, { pulse, now: ports.now });
  if (end.state === 'running') return;
  const why = 'why' in end ? end.why : 'it restored something else';
  throw new TypedFailure('TwinUnwell', `the twin of ${jobKey(job)} in ${zone} is not healthy: ${why}`);
}
