/** The line of a job whose start was not watched. */
import type { EscapeLine, EscapeTarget, StartedJob } from '../../model/results/escape.ts';

/** The line of a job in a dry run, where `running` means that it would be started: its recovery point is intact. */
export function wouldRun(target: EscapeTarget, job: StartedJob): EscapeLine {
  return {
    namespace: job.namespace,
    name: job.name,
    tier: job.tier,
    wave: job.wave,
    outcome: 'running',
    code: 'WouldRun',
    message: 'its recovery point is intact',
    from: job.from ?? target.zone,
    to: job.to ?? target.to,
    epoch: job.epoch,
    store: job.store,
    recoveryPoint: job.recoveryPoint,
    restoredPath: job.restorePath,
    stateAt: job.stateAt,
    rpoSeconds: Math.max(0, (Date.parse(target.lostAt) - Date.parse(job.stateAt)) / 1000),
    rtoSeconds: null,
    attempts: [],
    steps: job.steps,
    evidence: job.notes,
  };
}
