/** The last steps of a job's round of protection: old recovery points go, damaged ones are told. */
import { jobKey, type JobRef } from '../../model/job/job.ts';
import { retentionPays } from '../../model/recovery/retention/worth.ts';
import { OutsideFailure } from '../../adapters/failure.ts';
import type { ProtectResult } from '../../model/results/protect.ts';
import { damageFindings } from '../recovery-points/damage-marks.ts';
import { recoveryPointIds } from '../recovery-points/recovery-points.ts';
import { TypedFailure } from '../../adapters/typed-failure.ts';
import type { Pulse, Ports } from '../../adapters/ports.ts';
import { findJob } from '../recovery-points/find-job.ts';
import { retainJob } from './retain-job.ts';

/** Findings in one result: it travels through histories. */
const mostFindings = 5;

/**
 * Deletes what is over, if so much is there that it pays, and adds what checks have found. The round has its recovery
 * point: whatever fails here is logged, and the next round tries again.
 */
export async function afterRound(
  ports: Ports,
  request: JobRef & { zone: string },
  result: ProtectResult,
  pulse: Pulse,
): Promise<ProtectResult> {
  const { zone, namespace, name } = request;
  const about = { job: jobKey(request), zone };
  try {
    const { store, job, tier } = await findJob(ports, zone, { namespace, name }, pulse.signal);
    const ids = await recoveryPointIds(store, job, pulse.signal);
    if (retentionPays(ids, ports.config.tiers[tier], ports.now())) {
      const done = await retainJob(ports, { zone, namespace, name }, pulse);
      const { outcome, kept, files, bytes } = done;
      ports.log.info({ ...about, outcome, kept, files, bytes }, `old recovery points: ${done.sentence}`);
    }
    const findings = [...(result.findings ?? []), ...(await damageFindings(store, job, pulse.signal))];
    return findings.length === 0 ? result : { ...result, findings: findings.slice(0, mostFindings) };
  } catch (error) {
    pulse.signal.throwIfAborted();
    if (!(error instanceof OutsideFailure) && !(error instanceof TypedFailure)) throw error;
    ports.log.warn(about, `old recovery points stay: ${error.message}`);
    return result;
  }
}
