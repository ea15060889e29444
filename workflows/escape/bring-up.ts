/** Watches one started job until it runs, and climbs the ladder while it does not: each rung is a start of its own. */
import { ActivityFailure, patched } from '@temporalio/workflow';
import type { Move, SettledMove } from '../../model/move/move.ts';
import type { EscapeLine, StartedJob } from '../../model/results/escape.ts';
import { reasonText } from '../../model/outcome/outcome.ts';
import { nextRung, type Rung } from '../../model/move/ladder.ts';
import type { JobLine } from '../../model/report/schema.ts';
import { whyFailed } from '../shared/failure-words.ts';
import { climbJob, verifyJob } from './activities.ts';
import { wouldRun } from './would-run.ts';

/**
 * How long a dead worker's verification may go unnoticed. Beats are Temporal's largest load while a thousand jobs are
 * watched, and most of those jobs can wait for their proof: where many are, they wait for pods, for minutes.
 */
const heartbeatTimeouts = { P0: '5s', P1: '10s', P2: '20s', P3: '20s' } as const;
const heartbeatTimeoutsOfMany = { P0: '5s', P1: '20s', P2: '60s', P3: '60s' } as const;

export interface Watching {
  priority: { priorityKey: number };
  /** One job of many. */
  ofMany: boolean;
}

/** The job's line of the report. `failed` means that no rung was left. */
export async function bringUp(move: SettledMove, first: StartedJob, watching: Watching): Promise<EscapeLine> {
  const climbed: Rung[] = [];
  const attempts: JobLine['attempts'] = [];
  let job = first;
  for (;;) {
    const ended = await watch(move, job, watching);
    const { recoveryPoint, startedAt } = job;
    attempts.push({ how: climbed.at(-1) ?? 'first', recoveryPoint, startedAt, code: ended.code });
    const report = { ...ended, attempts: [...attempts] };
    const rung = report.diagnosis && nextRung(report.diagnosis, climbed);
    // An escape that an earlier version began ends as it would have ended there.
    if (!rung || !patched('ladder')) return report;
    climbed.push(rung);
    const triedPoints = attempts.map((attempt) => attempt.recoveryPoint);
    const anew = await climb(
      move,
      job,
      { rung, nth: climbed.length, triedPoints, because: reasonText(report) },
      watching,
    );
    if ('not' in anew)
      return { ...report, evidence: [...report.evidence, `not started anew: ${anew.not}`.slice(0, 200)] };
    job = anew.started;
  }
}

async function climb(
  move: SettledMove,
  job: StartedJob,
  how: Parameters<typeof climbJob>[2],
  { priority }: Watching,
): ReturnType<typeof climbJob> {
  try {
    const summary = `${job.namespace}/${job.name}: start ${how.nth + 1}, ${how.rung}`;
    return await climbJob.executeWithOptions({ summary, priority }, [move, job, how]);
  } catch (error) {
    if (!(error instanceof ActivityFailure)) throw error;
    return { not: whyFailed(error) };
  }
}

/** A verification that itself ends badly (worker gone for good, time-out) is still that job's result. */
async function watch(move: Move, job: StartedJob, { priority, ofMany }: Watching): Promise<EscapeLine> {
  try {
    const summary = `${job.namespace}/${job.name}`;
    const heartbeatTimeout = (ofMany ? heartbeatTimeoutsOfMany : heartbeatTimeouts)[job.tier];
    return await verifyJob.executeWithOptions({ summary, priority, heartbeatTimeout }, [move, job]);
  } catch (error) {
    if (!(error instanceof ActivityFailure)) throw error;
    const message = `it was started but could not be watched: ${whyFailed(error)}`;
    return { ...wouldRun(move, job), outcome: 'failed', code: 'NotWatched', message, restoredPath: null };
  }
}
