/** Starts the jobs of one batch side by side, so that a wave's starts go out within seconds. */
import { skipReason, type SkippedJob } from '../../model/move/operators.ts';
import type { PlannedJob } from '../../model/move/plan-types.ts';
import { outcomeCodeOf } from '../../model/outcome/codes.ts';
import { jobKey } from '../../model/job/job.ts';
import { forEachAtOnce } from '../../adapters/at-once.ts';
import { ArtifactSight } from '../../jobs/artifacts/artifact-sight.ts';
import { OutsideFailure } from '../../adapters/failure.ts';
import { retry, type RetryPolicy } from '../../adapters/retry.ts';
import { keepBeating } from '../../jobs/keep-beating.ts';
import type { Pulse, Ports } from '../../adapters/ports.ts';
import { endedJob } from '../../jobs/run/job-report.ts';
import { readPlan } from '../../zones/reports/escape-plan.ts';
import { startJob, type StartResult } from '../../jobs/run/start-job.ts';
import type { Move, SettledMove } from '../../model/move/move.ts';
import type { BatchRef, BatchStart } from '../../model/results/escape.ts';

/** Starts in flight: enough to keep an API server busy, few enough that it answers others. */
const startsInFlight = 16;

/** Tries of one job within one call; a store or API server that refuses for longer ends the activity, which repeats. */
const startsOfOne: RetryPolicy = { after: 'retryable', tries: 4, pauseMs: 500, growth: 2 };

/** Issues the starts of a batch, but of none that operators took out. A job's own trouble is a result; only trouble with the peer itself is thrown. */
export async function startBatch(
  ports: Ports,
  move: SettledMove,
  batch: BatchRef,
  pulse: Pulse,
  skipped: readonly SkippedJob[] = [],
): Promise<BatchStart> {
  const plan = await readPlan(ports, move, pulse.signal);
  const jobs = plan.waves.find(({ wave }) => wave === batch.wave)?.jobs.slice(batch.from, batch.to) ?? [];
  const results = new Map<PlannedJob, StartResult>();
  const reasons = new Map(skipped.map((one) => [one.job, skipReason(one)]));
  const sight = new ArtifactSight(ports);
  const queue = jobs.filter((job) => !reasons.has(jobKey(job)));
  // The first failure ends the activity, so that its next attempt begins at once. The others are begun all the same: a
  // job whose start is refused again and again holds up none behind it. Unless so many fail that the peer refuses all.
  const trouble = Promise.withResolvers<never>();
  let failures = 0;
  const start = async (job: PlannedJob): Promise<void> => {
    if (failures >= startsInFlight) return;
    try {
      results.set(job, await startPatiently(ports, move, job, pulse, sight));
    } catch (error) {
      failures += 1;
      trouble.reject(error);
    }
  };
  await keepBeating(
    pulse,
    () => ({ issued: results.size, of: jobs.length }),
    () => Promise.race([forEachAtOnce(queue, startsInFlight, start), trouble.promise]),
  );
  const all = jobs.map((job) => results.get(job) ?? { ended: endedJob(job, 'left', reasons.get(jobKey(job))!) });
  return {
    started: all.flatMap((result) => ('started' in result ? [result.started] : [])),
    ended: all.flatMap((result) => ('ended' in result ? [result.ended] : [])),
  };
}

async function startPatiently(
  ports: Ports,
  move: Move,
  job: PlannedJob,
  pulse: Pulse,
  sight: ArtifactSight,
): Promise<StartResult> {
  const failed = (error: Error, attempt: number): void => {
    const fields = { job: `${job.namespace}/${job.name}`, zone: job.to, incident: move.incident, attempt };
    ports.log.warn(fields, error.message);
  };
  try {
    return await retry(() => startJob(ports, move, job, pulse, sight), startsOfOne, { sleep: pulse.sleep, failed });
  } catch (error) {
    if (!(error instanceof OutsideFailure) || error.retryable) throw error;
    const code = outcomeCodeOf(error.failureClass, 'NotStarted');
    return { ended: endedJob(job, 'failed', { code, message: error.message }) };
  }
}
