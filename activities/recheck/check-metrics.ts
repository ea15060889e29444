/** What a check of recovery points says to Prometheus. */
import type { MetricMeter } from '@temporalio/common';
import type { Clock } from '../../adapters/ports.ts';
import type { RecheckResult } from '../../model/results/recheck.ts';

/**
 * Times, not counts: of several workers each offers its own last look, and a time tells which of them is the newest.
 * The alert rules and `docs/settings.md` are held against it.
 */
export const recheckMetrics = {
  checked: {
    name: 'az_escape_recheck_timestamp_seconds',
    about: 'When a check of the recovery points of the job last ended.',
  },
  damaged: {
    name: 'az_escape_recheck_damaged_timestamp_seconds',
    about: 'When a check last found that some of them are damaged; as new as the one above while they are.',
  },
  noneIntact: {
    name: 'az_escape_recheck_none_intact_timestamp_seconds',
    about: 'When a check last found that none of them is intact.',
  },
} as const;

/** Notes one job's check; one that could not be made says nothing. */
export function noteCheck(meter: MetricMeter, ports: Clock, zone: string, result: RecheckResult): void {
  if (result.outcome !== 'checked') return;
  const job = { zone, job_namespace: result.namespace, job: result.name };
  const atSeconds = ports.now() / 1000;
  const codes = new Set(result.findings.map(({ code }) => code));
  const note = ({ name, about }: { name: string; about: string }) =>
    meter.createGauge(name, 'float', 's', about).set(atSeconds, job);
  note(recheckMetrics.checked);
  if (codes.has('RecoveryPointDamaged')) note(recheckMetrics.damaged);
  if (codes.has('NoIntactRecoveryPoint')) note(recheckMetrics.noneIntact);
}
