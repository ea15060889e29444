/** Starts the jobs of one batch side by side, so that a wave's starts go out within seconds. */
import { skipReason, type SkippedJob } from '../../model/move/operators.ts';
import type { PlannedJob } from '../../model/move/plan-types.ts';
import { outcomeCodeOf } from '../../model/outcome/codes.ts';
import { jobKey } from '../../model/job/job.ts';
import { ArtifactSight } from '../../jobs/artifacts/artifact-sight.ts';
import { OutsideFailure } from '../../adapters/failure.ts';
import { keepBeating } from '../../jobs/keep-beating.ts';
import type { Pulse, World } from '../../adapters/world.ts';
import { endedJob } from '../../jobs/run/job-report.ts';
import { readPlan } from '../../zones/reports/escape-plan.ts';
import { startJob, type StartResult } from '../../jobs/run/start-job.ts';
import type { Move, SettledMove } from '../../model/move/move.ts';
import type { BatchRef, BatchStart } from '../../model/results/escape.ts';

/** Starts in flight: enough to keep an API server busy, few enough that it answers others. */
const startsInFlight = 16;

/** Tries of one job within one call; a store or API server that refuses for longer ends the activity, which repeats. */
const triesPerJob = 4;

/** Issues the starts of a batch, but of none that operators took out. A job's own trouble is a result; only trouble with the peer itself is thrown. */
export async function startBatch(
  world: World,
  move: SettledMove,
  batch: BatchRef,
  pulse: Pulse,
  skipped: readonly SkippedJob[] = [],
): Promise<BatchStart> {
  const plan = await readPlan(world, move, pulse.signal);
  const jobs = plan.waves.find(({ wave }) => wave === batch.wave)?.jobs.slice(batch.from, batch.to) ?? [];
  const results = new Map<PlannedJob, StartResult>();
  const reasons = new Map(skipped.map((one) => [one.job, skipReason(one)]));
  const sight = new ArtifactSight(world);
  const queue = jobs.filter((job) => !reasons.has(jobKey(job)));
  const startInTurn = async (): Promise<void> => {
    for (let job = queue.shift(); job; job = queue.shift()) {
      results.set(job, await startPatiently(world, move, job, pulse, sight));
    }
  };
  await keepBeating(
    pulse,
    () => ({ issued: results.size, of: jobs.length }),
    () => Promise.all(Array.from({ length: Math.min(startsInFlight, jobs.length) }, startInTurn)),
  );
  const all = jobs.map((job) => results.get(job) ?? { ended: endedJob(job, 'left', reasons.get(jobKey(job))!) });
  return {
    started: all.flatMap((result) => ('started' in result ? [result.started] : [])),
    ended: all.flatMap((result) => ('ended' in result ? [result.ended] : [])),
  };
}

async function startPatiently(
  world: World,
  move: Move,
  job: PlannedJob,
  pulse: Pulse,
  sight: ArtifactSight,
): Promise<StartResult> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await startJob(world, move, job, pulse, sight);
    } catch (error) {
      if (!(error instanceof OutsideFailure)) throw error;
      if (!error.retryable) {
        const code = outcomeCodeOf(error.failureClass, 'NotStarted');
        return { ended: endedJob(job, 'failed', { code, message: error.message }) };
      }
      if (attempt === triesPerJob) throw error;
      world.log.warn(
        { job: `${job.namespace}/${job.name}`, zone: job.to, incident: move.incident, attempt },
        error.message,
      );
      await pulse.sleep(error.retryAfterMs ?? 250 * 2 ** attempt);
    }
  }
}
