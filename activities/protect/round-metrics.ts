/** What a round says to Prometheus. Names as Prometheus sees them, where counters get `_total`. */
import type { MetricMeter } from '@temporalio/common';
import type { Configured } from '../../adapters/ports.ts';
import type { ProtectResult } from '../../model/results/protect.ts';

/** The one table of the product's metrics of protection; the alert rules and `docs/settings.md` are held against it. */
export const protectMetrics = {
  stateTime: {
    name: 'az_escape_recovery_point_state_timestamp_seconds',
    about: 'When the state in the newest recovery point was as it is there; `time()` minus it is the RPO.',
  },
  interval: { name: 'az_escape_protect_interval_seconds', about: 'How often a recovery point is taken in that tier.' },
  rounds: { name: 'az_escape_protect_rounds', about: 'Rounds of jobs by outcome: protected, refused or failed.' },
  copied: { name: 'az_escape_protect_copied_bytes', about: 'Bytes that crossed the link between the zones.' },
  seconds: { name: 'az_escape_protect_round_seconds', about: 'How long a round of one job took.' },
} as const;

/** Notes one job's round. */
export function countRound(meter: MetricMeter, ports: Configured, zone: string, result: ProtectResult): void {
  const tier = result.tier ?? 'none';
  const ofTier = { zone, tier };
  const { stateTime, interval, rounds, copied, seconds } = protectMetrics;
  meter.createCounter(rounds.name, 'rounds', rounds.about).add(1, { ...ofTier, outcome: result.outcome });
  meter.createHistogram(seconds.name, 'float', 's', seconds.about).record(result.seconds, ofTier);
  if (result.tier) {
    const everySeconds = ports.config.tiers[result.tier].intervalMs / 1000;
    meter.createGauge(interval.name, 'float', 's', interval.about).set(everySeconds, ofTier);
  }
  if (result.outcome !== 'protected' || result.stateAt === null) return;
  meter.createCounter(copied.name, 'By', copied.about).add(result.copiedBytes ?? 0, ofTier);
  const job = { ...ofTier, job_namespace: result.namespace, job: result.name };
  const stateAt = Date.parse(result.stateAt) / 1000;
  meter.createGauge(stateTime.name, 'float', 's', stateTime.about).set(stateAt, job);
}
