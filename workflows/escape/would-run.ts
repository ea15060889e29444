/** The line of a job whose start was not watched. */
import type { EscapeTarget, StartedJob } from '../../model/results/escape.ts';
import type { JobReport } from '../../model/report/schema.ts';

/** The line of a job in a dry run, where `running` means that it would be started: its recovery point is intact. */
export function wouldRun(target: EscapeTarget, job: StartedJob): JobReport {
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
    recoveryPoint: job.recoveryPoint,
    restoredPath: job.restorePath,
    rpoSeconds: Math.max(0, (Date.parse(target.lostAt) - Date.parse(job.stateAt)) / 1000),
    rtoSeconds: null,
    steps: job.steps,
    evidence: job.notes,
  };
}
