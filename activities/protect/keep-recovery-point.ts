/** The order of one round of a job: asked whether it may, standby followed, snapshot taken, manifest, standby. */
import type { Finding } from '../../model/readiness/codes.ts';
import type { FlinkDeployment, FlinkDeploymentSpec } from '../../model/job/flink-deployment.ts';
import type { StageProgress } from '../../model/protect/round-progress.ts';
import type { RecoveryPointManifest } from '../../model/recovery/manifest.ts';
import { isInStore, keepArtifacts } from '../../jobs/artifacts/keep-artifacts.ts';
import { announceMaking } from '../../jobs/claims/making-or-deleting.ts';
import { beginPointIndex } from '../../jobs/recovery-points/point-index.ts';
import { recoveryPointIds } from '../../jobs/recovery-points/recovery-points.ts';
import type { Clock, Clusters, Configured, Pulse, Remembering, Ports } from '../../adapters/ports.ts';
import { stepsOf, takeTurn } from '../../jobs/snapshot/budgets.ts';
import { healthyJob } from '../../jobs/snapshot/healthy-job.ts';
import { leaveFormerSeat, takeSeat } from '../../jobs/standby/job-seat.ts';
import { keepStandby, objectInPeer, renewStandby } from '../../jobs/standby/keep-standby.ts';
import { holdRound } from '../../jobs/claims/one-round.ts';
import { probeBeforeRound } from '../../jobs/snapshot/probe-before-round.ts';
import type { RoundPlan } from '../../jobs/snapshot/round-plan.ts';
import { seeTwinHealthy } from '../../jobs/run/see-twin.ts';
import { takeSnapshot } from '../../jobs/snapshot/take-snapshot.ts';
import { writeManifest } from '../../jobs/snapshot/write-manifest.ts';

export interface KeptRound {
  kept: RecoveryPointManifest;
  /** How the snapshot's files came there. */
  account: string;
  copiedBytes: number;
  findings: Finding[];
}

/** @throws TypedFailure, OutsideFailure: then the recovery points of before stay as they are */
export async function keepRecoveryPoint(ports: Ports, plan: RoundPlan, pulse: Pulse): Promise<KeptRound> {
  const { job, active, tier, mode, home, peer, seat, storeName, store, rendered, found } = plan;
  const tell = (stage: StageProgress['stage']) => pulse.beat({ stage } satisfies StageProgress);
  tell('waiting');
  await using during = new AsyncDisposableStack();
  const turn = during.use(await takeTurn(ports, { zone: home.name, mode, tier }, pulse.signal));
  const jobManager = ports.flink.jobManager(home.name, job);
  const flink = await healthyJob(jobManager, job, pulse.signal);
  const needsStore = found.some(isInStore);
  const existing = await probeAndFollow(ports, plan, needsStore ? undefined : rendered, pulse.signal);

  await takeSeat(ports, home.name, job, seat, pulse.signal);
  during.use(await announceMaking(ports, store, job, plan.round, pulse));
  during.use(await holdRound(store, job, plan.round, pulse));
  await beginPointIndex(store, job, () => recoveryPointIds(store, job, pulse.signal), pulse.signal);
  // Where there was nothing, another zone's job of that name may have come first: recovery points are by name too.
  if (!existing) await objectInPeer(ports.cluster(peer.name), active, home.name, pulse.signal);
  const steps = stepsOf(ports, home.name, pulse);
  if (needsStore) tell('artifacts');
  const carried = await keepArtifacts(ports, { job, home, peer, storeName, spec: rendered, found, steps }, pulse);
  const { artifacts, spec, findings } = carried;
  if (needsStore) await followSpec(ports, plan, spec, pulse.signal);
  const taken = await takeSnapshot(ports, plan, { jobId: flink.id, jobManager }, steps, pulse);
  // What follows costs the link nothing, and a twin may take minutes.
  turn[Symbol.dispose]();
  const { manifest, address } = await writeManifest(ports, plan, taken, { flink, artifacts, spec }, pulse);
  tell('standby');
  await keepStandby(
    ports,
    ports.cluster(peer.name),
    ports.cluster(home.name),
    { tier, active, manifest, recoveryPoint: address },
    pulse.signal,
  );
  if (tier === 'P0') await seeTwinHealthy(ports, peer.name, job, ports.config.tiers.P0.startDeadlineMs, pulse);
  await leaveFormerSeat(ports, home.name, job, seat, pulse.signal);
  return {
    kept: manifest,
    account: carried.copiedBytes > 0 ? `${taken.account}; ${carried.copiedBytes} bytes of jars copied` : taken.account,
    copiedBytes: (taken.copiedBytes ?? manifest.totalBytes) + carried.copiedBytes,
    findings,
  };
}

/**
 * The standby follows though the store be down, unless that must first take what its spec names; of a zone that is cut
 * off whole, the store is what to name. @returns the job's object in the peer
 */
async function probeAndFollow(
  ports: Configured & Clusters & Clock & Remembering,
  plan: RoundPlan,
  spec: FlinkDeploymentSpec | undefined,
  signal: AbortSignal,
): Promise<FlinkDeployment | undefined> {
  const [probed, followed] = await Promise.allSettled([
    probeBeforeRound(ports, plan.store),
    followSpec(ports, plan, spec, signal),
  ]);
  if (probed.status === 'rejected') throw probed.reason;
  if (followed.status === 'rejected') throw followed.reason;
  return followed.value;
}

/** Gives the standby that is there the spec. @returns the job's object in the peer, as it was */
async function followSpec(
  ports: Clusters,
  { active, home, peer }: RoundPlan,
  spec: FlinkDeploymentSpec | undefined,
  signal: AbortSignal,
): Promise<FlinkDeployment | undefined> {
  // A savepoint of a job that runs in both zones would only hide that it does.
  const existing = await objectInPeer(ports.cluster(peer.name), active, home.name, signal);
  if (existing && spec) await renewStandby(ports.cluster(peer.name), existing, active, spec, signal);
  return existing;
}
