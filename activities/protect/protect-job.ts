/** One round of protection of one job, and what came of it. */
import { jobKey, type JobRef } from '../../model/job/job.ts';
import { labels } from '../../model/job/marks.ts';
import type { FlinkDeployment } from '../../model/job/flink-deployment.ts';
import { isTier, type Tier } from '../../model/job/tier.ts';
import { TypedFailure } from '../../adapters/typed-failure.ts';
import { type Clusters, type Pulse, type Ports, zoneConfig } from '../../adapters/ports.ts';
import { seatOf } from '../../jobs/standby/job-seat.ts';
import { keepRecoveryPoint } from './keep-recovery-point.ts';
import { planRound } from '../../jobs/snapshot/round-plan.ts';
import type { ProtectJobRequest, ProtectResult } from '../../model/results/protect.ts';
import { storeNameOf } from '../../model/placement/job-store.ts';

/** Nothing is wrong with the job's protection as such. */
const refusals: readonly string[] = ['NoTier', 'JobNotFound', 'RoundUnderWay'];

/** Findings in one result: it travels through histories. All of them are logged. */
const mostFindings = 5;

/** Protects one job once; whatever is wrong with the job or the peer is a result, not an exception. */
export async function protectJob(ports: Ports, request: ProtectJobRequest, pulse: Pulse): Promise<ProtectResult> {
  const startedMs = ports.now();
  const job: JobRef = { namespace: request.namespace, name: request.name };
  const result: Pick<ProtectResult, 'recoveryPoint' | 'stateAt' | 'bytes' | 'store' | 'peer'> & JobRef = {
    ...job,
    recoveryPoint: null,
    stateAt: null,
    bytes: 0,
  };
  const seconds = () => (ports.now() - startedMs) / 1000;
  let tier: Tier | null = null;
  try {
    const active = await findActive(ports, request.zone, job, pulse.signal);
    tier = tierOf(active, job, request.zone);
    result.store = storeNameOf(active, zoneConfig(ports, request.zone));
    const seat = await seatOf(ports, request, active, pulse.signal);
    if (zoneConfig(ports, request.zone).peers) result.peer = seat.peer;
    const round = await keepRecoveryPoint(ports, planRound(ports, request, active, { tier, seat }), pulse);
    const { kept, account, copiedBytes } = round;
    const findings = round.findings.slice(0, mostFindings);
    ports.log.info(
      { job: jobKey(job), zone: request.zone, epoch: kept.epoch, recoveryPoint: kept.id },
      'recovery point kept',
    );
    return {
      ...result,
      tier,
      outcome: 'protected',
      code: null,
      sentence: `${kept.files.length} files, ${kept.totalBytes} bytes seen in ${kept.to}; ${account}`,
      recoveryPoint: kept.id,
      stateAt: kept.stateAt,
      bytes: kept.totalBytes,
      copiedBytes,
      mode: kept.mode,
      seconds: seconds(),
      ...(findings.length > 0 ? { findings } : {}),
    };
  } catch (error) {
    if (!(error instanceof TypedFailure)) throw error;
    const outcome = refusals.includes(error.code) ? 'refused' : 'failed';
    ports.log.warn({ job: jobKey(job), zone: request.zone, code: error.code }, error.message);
    return { ...result, tier, outcome, code: error.code, sentence: error.message, seconds: seconds() };
  }
}

async function findActive(ports: Clusters, zone: string, job: JobRef, signal: AbortSignal): Promise<FlinkDeployment> {
  const deployment = await ports.cluster(zone).getDeployment(job, signal);
  const role = deployment?.metadata.labels?.[labels.role] ?? 'active';
  if (!deployment) throw new TypedFailure('JobNotFound', `${zone} has no FlinkDeployment ${jobKey(job)}`);
  if (role !== 'active')
    throw new TypedFailure('JobNotFound', `${jobKey(job)} in ${zone} is a ${role}; its active copy runs elsewhere`);
  return deployment;
}

function tierOf(deployment: FlinkDeployment, job: JobRef, zone: string): Tier {
  const tier = deployment.metadata.labels?.[labels.tier];
  if (isTier(tier)) return tier;
  throw new TypedFailure(
    'NoTier',
    `FlinkDeployment ${jobKey(job)} in ${zone} has ${tier ? `"${tier}" as` : 'no'} label ${labels.tier}; label it P0, P1, P2 or P3`,
  );
}
