/** The order of one round of a job: asked whether it may, standby followed, snapshot taken, manifest, standby. */
import type { Finding } from '../../model/findings/codes.ts';
import type { FlinkDeployment, FlinkDeploymentSpec } from '../../model/kubernetes/flink-deployment.ts';
import type { StageProgress } from '../../model/protect/round-progress.ts';
import type { RecoveryPointManifest } from '../../model/recovery-point/manifest.ts';
import { isInStore, keepArtifacts } from '../artifacts/keep-artifacts.ts';
import { announceMaking } from '../retain/making-or-deleting.ts';
import { beginPointIndex } from '../storage/point-index.ts';
import { recoveryPointIds } from '../storage/recovery-points.ts';
import type { Pulse, World } from '../world.ts';
import { stepsOf, takeTurn } from './budgets.ts';
import { healthyJob } from './healthy-job.ts';
import { leaveFormerSeat, takeSeat } from './job-seat.ts';
import { keepStandby, objectInPeer, renewStandby } from './keep-standby.ts';
import { holdRound } from './one-round.ts';
import { probeBeforeRound } from './probe-before-round.ts';
import type { RoundPlan } from './round-plan.ts';
import { seeTwinHealthy } from './see-twin.ts';
import { takeSnapshot } from './take-snapshot.ts';
import { writeManifest } from './write-manifest.ts';

export interface KeptRound {
  kept: RecoveryPointManifest;
  /** How the snapshot's files came there. */
  account: string;
  copiedBytes: number;
  findings: Finding[];
}

/** @throws TypedFailure, OutsideFailure: then the recovery points of before stay as they are */
export async function keepRecoveryPoint(world: World, plan: RoundPlan, pulse: Pulse): Promise<KeptRound> {
  const { job, active, tier, mode, home, peer, seat, storeName, store, rendered, found } = plan;
  const tell = (stage: StageProgress['stage']) => pulse.beat({ stage } satisfies StageProgress);
  tell('waiting');
  await using during = new AsyncDisposableStack();
  const turn = during.use(await takeTurn(world, { zone: home.name, mode, tier }, pulse.signal));
  const jobManager = world.flink.jobManager(home.name, job);
  const flink = await healthyJob(jobManager, job, pulse.signal);
  const needsStore = found.some(isInStore);
  const existing = await probeAndFollow(world, plan, needsStore ? undefined : rendered, pulse.signal);

  await takeSeat(world, home.name, job, seat, pulse.signal);
  during.use(await announceMaking(store, job, plan.round, pulse));
  during.use(await holdRound(store, job, plan.round, pulse));
  await beginPointIndex(store, job, () => recoveryPointIds(store, job, pulse.signal), pulse.signal);
  // Where there was nothing, another zone's job of that name may have come first: recovery points are by name too.
  if (!existing) await objectInPeer(world.cluster(peer.name), active, home.name, pulse.signal);
  const steps = stepsOf(world, home.name, pulse);
  if (needsStore) tell('artifacts');
  const carried = await keepArtifacts(world, { job, home, peer, storeName, spec: rendered, found, steps }, pulse);
  const { artifacts, spec, findings } = carried;
  if (needsStore) await followSpec(world, plan, spec, pulse.signal);
  const taken = await takeSnapshot(world, plan, { jobId: flink.id, jobManager }, steps, pulse);
  // What follows costs the link nothing, and a twin may take minutes.
  turn[Symbol.dispose]();
  const { manifest, address } = await writeManifest(world, plan, taken, { flink, artifacts, spec }, pulse);
  tell('standby');
  await keepStandby(
    world.cluster(peer.name),
    world.cluster(home.name),
    { tier, active, manifest, recoveryPoint: address },
    pulse.signal,
  );
  if (tier === 'P0') await seeTwinHealthy(world, peer.name, job, world.config.tiers.P0.startDeadlineMs, pulse);
  await leaveFormerSeat(world, home.name, job, seat, pulse.signal);
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
  world: World,
  plan: RoundPlan,
  spec: FlinkDeploymentSpec | undefined,
  signal: AbortSignal,
): Promise<FlinkDeployment | undefined> {
  const [probed, followed] = await Promise.allSettled([
    probeBeforeRound(world, plan.store),
    followSpec(world, plan, spec, signal),
  ]);
  if (probed.status === 'rejected') throw probed.reason;
  if (followed.status === 'rejected') throw followed.reason;
  return followed.value;
}

/** Gives the standby that is there the spec. @returns the job's object in the peer, as it was */
async function followSpec(
  world: World,
  { active, home, peer }: RoundPlan,
  spec: FlinkDeploymentSpec | undefined,
  signal: AbortSignal,
): Promise<FlinkDeployment | undefined> {
  // A savepoint of a job that runs in both zones would only hide that it does.
  const existing = await objectInPeer(world.cluster(peer.name), active, home.name, signal);
  if (existing && spec) await renewStandby(world.cluster(peer.name), existing, active, spec, signal);
  return existing;
}
