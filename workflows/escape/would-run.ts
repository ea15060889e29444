/** The line of a job whose start was not watched. */
import type { Move } from '../../model/move/move.ts';
import { routeOf } from '../../model/move/route.ts';
import type { EscapeLine, StartedJob } from '../../model/results/escape.ts';

/** The line of a job in a dry run, where `running` means that it would be started: its recovery point is intact. */
export function wouldRun(move: Move, job: StartedJob): EscapeLine {
  return {
    namespace: job.namespace,
    name: job.name,
    tier: job.tier,
    wave: job.wave,
    outcome: 'running',
    code: 'WouldRun',
    message: 'its recovery point is intact',
    ...routeOf(job),
    epoch: job.epoch,
    store: job.store,
    recoveryPoint: job.recoveryPoint,
    restoredPath: job.restorePath,
    stateAt: job.stateAt,
    rpoSeconds: Math.max(0, (Date.parse(move.lostAt) - Date.parse(job.stateAt)) / 1000),
    rtoSeconds: null,
    attempts: [],
    steps: job.steps,
    evidence: job.notes,
  };
}
