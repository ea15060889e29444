/** One round of protection of one job: snapshot into the peer's store, every file seen, manifest, standby. */
import { createHash } from 'node:crypto';
import { artifactsOf } from '../../model/artifacts/find.ts';
import type { StoreConfig } from '../../model/config/types.ts';
import type { Finding } from '../../model/findings/codes.ts';
import { jobKey, type JobRef } from '../../model/job.ts';
import { annotations, labels } from '../../model/kubernetes/marks.ts';
import { type FlinkDeployment, type FlinkDeploymentSpec, jobOf } from '../../model/kubernetes/flink-deployment.ts';
import { renderSpecForZone } from '../../model/escape/standby.ts';
import { recoveryPointId } from '../../model/recovery-point/id.ts';
import type { RecoveryPointManifest } from '../../model/recovery-point/manifest.ts';
import { flinkPath, storeKeys, wholeStore } from '../../model/store-location.ts';
import { isTier, type Tier } from '../../model/tier.ts';
import { isInStore, keepArtifacts } from '../artifacts/keep-artifacts.ts';
import { OutsideFailure } from '../failure.ts';
import type { FlinkJobManager } from '../flink/port.ts';
import { claimEpoch, newestEpoch } from '../storage/epochs.ts';
import type { SnapshotStore } from '../storage/port.ts';
import { verifySnapshot } from '../storage/verify-snapshot.ts';
import { announceMaking } from '../retain/making-or-deleting.ts';
import { TypedFailure } from '../typed-failure.ts';
import { defaultStoreName, zoneConfig, type Pulse, type World } from '../world.ts';
import { chooseMode, modePolicies } from '../../model/protect/mode.ts';
import type { StageProgress } from '../../model/protect/round-progress.ts';
import { stepsOf, takeTurn } from './budgets.ts';
import { keepStandby, objectInPeer, renewStandby } from './keep-standby.ts';
import { holdRound } from './one-round.ts';
import { probeBeforeRound } from './probe-before-round.ts';
import { leaveFormerSeat, seatOf, takeSeat, type JobSeat } from './job-seat.ts';
import { seeTwinHealthy } from './see-twin.ts';
import { takeSavepoint } from './savepoint.ts';
import { shipCheckpoint } from './ship-checkpoint.ts';
import type { TakenSnapshot } from './taken-snapshot.ts';
import type { ProtectJobRequest, ProtectResult } from './types.ts';

/** Nothing is wrong with the job's protection as such. */
const refusals: readonly string[] = ['NoTier', 'JobNotFound', 'RoundUnderWay'];

/** Findings in one result: it travels through histories. All of them are logged. */
const mostFindings = 5;

/** Protects one job once; whatever is wrong with the job or the peer is a result, not an exception. */
export async function protectJob(world: World, request: ProtectJobRequest, pulse: Pulse): Promise<ProtectResult> {
  const startedMs = world.now();
  const job: JobRef = { namespace: request.namespace, name: request.name };
  const result: Pick<ProtectResult, 'recoveryPoint' | 'stateAt' | 'bytes' | 'store' | 'peer'> & JobRef = {
    ...job,
    recoveryPoint: null,
    stateAt: null,
    bytes: 0,
  };
  const seconds = () => (world.now() - startedMs) / 1000;
  let tier: Tier | null = null;
  try {
    const active = await findActive(world, request.zone, job, pulse.signal);
    tier = tierOf(active, job, request.zone);
    result.store =
      active.metadata.annotations?.[annotations.store] ?? defaultStoreName(zoneConfig(world, request.zone));
    const seat = await seatOf(world, request, active, pulse.signal);
    if (zoneConfig(world, request.zone).peers) result.peer = seat.peer;
    const round = await keepRecoveryPoint(world, request, active, { tier, seat }, pulse);
    const { kept, account, copiedBytes } = round;
    const findings = round.findings.slice(0, mostFindings);
    world.log.info(
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
    world.log.warn({ job: jobKey(job), zone: request.zone, code: error.code }, error.message);
    return { ...result, tier, outcome, code: error.code, sentence: error.message, seconds: seconds() };
  }
}

async function findActive(world: World, zone: string, job: JobRef, signal: AbortSignal): Promise<FlinkDeployment> {
  const deployment = await world.cluster(zone).getDeployment(job, signal);
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

async function keepRecoveryPoint(
  world: World,
  request: ProtectJobRequest,
  active: FlinkDeployment,
  { tier, seat }: { tier: Tier; seat: JobSeat },
  pulse: Pulse,
): Promise<{ kept: RecoveryPointManifest; account: string; copiedBytes: number; findings: Finding[] }> {
  const home = zoneConfig(world, request.zone);
  const peer = zoneConfig(world, seat.peer);
  const job: JobRef = { namespace: request.namespace, name: request.name };
  const storeName = active.metadata.annotations?.[annotations.store] ?? defaultStoreName(home);
  const [homeStore, peerStore] = [home.stores[storeName], peer.stores[storeName]];
  if (!homeStore || !peerStore) {
    throw new TypedFailure(
      'BadInput',
      `${jobKey(job)}: annotation ${annotations.store} names "${storeName}", which is no store of ${home.name} and ${peer.name}`,
    );
  }
  const choice = chooseMode(active, world.config.tiers[tier].mode);
  if ('bad' in choice) {
    throw new TypedFailure(
      'BadInput',
      `${jobKey(job)}: annotation ${annotations.mode} says "${choice.bad}"; write ${modePolicies.join(', ')}`,
    );
  }
  const { mode } = choice;

  const tell = (stage: StageProgress['stage']) => pulse.beat({ stage } satisfies StageProgress);
  tell('waiting');
  await using during = new AsyncDisposableStack();
  const turn = during.use(await takeTurn(world, { zone: home.name, mode, tier }, pulse.signal));
  const jobManager = world.flink.jobManager(home.name, job);
  const flink = await healthyJob(jobManager, job, pulse.signal);
  const store = world.store(peer.name, storeName);
  const rendered = renderSpecForZone(active, peer, { home: homeStore, there: peerStore });
  const found = artifactsOf(rendered, active.metadata.annotations?.[annotations.artifacts], {
    home: home.stores,
    peer: peer.stores,
    others: storesBeside(world, [home.name, peer.name]),
  });
  const followSpec = async (spec: FlinkDeploymentSpec | undefined) => {
    // A savepoint of a job that runs in both zones would only hide that it does.
    const existing = await objectInPeer(world.cluster(peer.name), active, home.name, pulse.signal);
    if (existing && spec) await renewStandby(world.cluster(peer.name), existing, active, spec, pulse.signal);
    return existing;
  };
  // The standby follows though the store be down, unless that must first take what its spec names; of a zone that is cut
  // off whole, the store is what to name.
  const needsStore = found.some(isInStore);
  const [probed, followed] = await Promise.allSettled([
    probeBeforeRound(world, store),
    followSpec(needsStore ? undefined : rendered),
  ]);
  if (probed.status === 'rejected') throw probed.reason;
  if (followed.status === 'rejected') throw followed.reason;

  await takeSeat(world, home.name, job, seat, pulse.signal);
  during.use(await announceMaking(store, job, request.round, pulse));
  during.use(await holdRound(store, job, request.round, pulse));
  // Where there was nothing, another zone's job of that name may have come first: recovery points are by name too.
  if (!followed.value) await objectInPeer(world.cluster(peer.name), active, home.name, pulse.signal);
  const steps = stepsOf(world, home.name, pulse);
  if (needsStore) tell('artifacts');
  const carried = await keepArtifacts(world, { job, home, peer, storeName, spec: rendered, found, steps }, pulse);
  if (needsStore) await followSpec(carried.spec);
  const common = { job, jobId: flink.id, jobManager, store, storeConfig: peerStore };
  const taken =
    mode === 'ship'
      ? await shipCheckpoint(
          {
            ...common,
            homeStore: world.flinkFiles(home.name, storeName),
            homeConfig: wholeStore(homeStore),
            steps,
          },
          pulse,
        )
      : await takeSavepoint(
          {
            ...common,
            triggerId: createHash('md5')
              .update(`${request.round}/${jobKey(job)}`)
              .digest('hex'),
            timeoutMs: world.config.tiers[tier].savepointTimeoutMs,
            checkpointWaitMs: world.config.protect.checkpointWaitMs,
            now: world.now,
          },
          pulse,
        );
  // What follows costs the link nothing, and a twin may take minutes.
  turn[Symbol.dispose]();
  tell('verifying');
  const verified = await verifySnapshot(store, peerStore, taken.key, pulse.signal);
  const id = recoveryPointId(taken.stateAtMs, taken.token);
  const manifest: RecoveryPointManifest = {
    schema: 1,
    id,
    job,
    tier,
    mode,
    from: home.name,
    to: peer.name,
    store: storeName,
    epoch: await currentEpoch(world, store, active, home.name, pulse.signal),
    stateAt: new Date(taken.stateAtMs).toISOString(),
    verifiedAt: new Date(world.now()).toISOString(),
    flinkVersion: flink.version,
    flinkJobId: flink.id,
    checkpointId: verified.checkpointId,
    snapshot: taken.key,
    restorePath: flinkPath(peerStore, taken.key, 'inZone'),
    files: verified.files.map((file) => withDigest(file, taken)),
    totalBytes: verified.totalBytes,
    ...(carried.artifacts.length > 0 ? { artifacts: carried.artifacts } : {}),
    spec: carried.spec,
  };
  const key = storeKeys.recoveryPointKey(job, id);
  const json = new TextEncoder().encode(JSON.stringify(manifest, null, 2));
  tell('manifest');
  await store.put(key, json, { contentType: 'application/json', signal: pulse.signal });
  tell('standby');
  await keepStandby(
    world.cluster(peer.name),
    world.cluster(home.name),
    { tier, active, manifest, recoveryPoint: flinkPath(peerStore, key, 'inZone') },
    pulse.signal,
  );
  if (tier === 'P0') await seeTwinHealthy(world, peer.name, job, world.config.tiers.P0.startDeadlineMs, pulse);
  await leaveFormerSeat(world, home.name, job, seat, pulse.signal);
  const { copiedBytes, findings } = carried;
  return {
    kept: manifest,
    account: copiedBytes > 0 ? `${taken.account}; ${copiedBytes} bytes of jars copied` : taken.account,
    copiedBytes: (taken.copiedBytes ?? manifest.totalBytes) + copiedBytes,
    findings,
  };
}

/** Of all zones but these. */
function storesBeside(world: World, zones: readonly string[]): StoreConfig[] {
  const others = Object.values(world.config.zones).filter(({ name }) => !zones.includes(name));
  return others.flatMap(({ stores }) => Object.values(stores));
}

/** Nothing is asked of a job that is not well: a failing savepoint can restart it, its checkpoints may be of no use. @throws TypedFailure `JobNotHealthy` */
async function healthyJob(
  jobManager: FlinkJobManager,
  job: JobRef,
  signal: AbortSignal,
): Promise<{ id: string; version: string }> {
  try {
    const running = (await jobManager.jobs(signal)).find(({ status }) => status === 'RUNNING');
    if (!running) throw new TypedFailure('JobNotHealthy', `${jobKey(job)}: Flink runs no job in state RUNNING`);
    const [detail, version] = await Promise.all([jobManager.job(running.id, signal), jobManager.version(signal)]);
    const behind = detail.vertices.find(({ tasks, parallelism }) => tasks['RUNNING'] !== parallelism);
    if (!behind) return { id: running.id, version };
    throw new TypedFailure(
      'JobNotHealthy',
      `${jobKey(job)}: only ${behind.tasks['RUNNING'] ?? 0} of ${behind.parallelism} tasks of "${behind.name}" run`,
    );
  } catch (error) {
    if (!(error instanceof OutsideFailure)) throw error;
    throw new TypedFailure('JobNotHealthy', `${jobKey(job)}: its JobManager cannot be asked: ${error.message}`);
  }
}

function withDigest(file: { key: string; sizeBytes: number }, { digests }: TakenSnapshot) {
  const known = digests.get(file.key);
  return known?.sizeBytes === file.sizeBytes ? { ...file, sha256: known.sha256 } : file;
}

/**
 * The job's epoch: the newest that the store or the job's own object knows, at least 1. A store that has not seen it yet
 * (the job came from there by an escape the other way) is told, so that the next claim counts on from it.
 */
async function currentEpoch(
  world: World,
  store: SnapshotStore,
  active: FlinkDeployment,
  zone: string,
  signal: AbortSignal,
): Promise<number> {
  const job = jobOf(active);
  const stored = await newestEpoch(store, job, signal);
  const epoch = Math.max(1, stored, Number(active.metadata.annotations?.[annotations.epoch] ?? 0));
  if (stored >= epoch) return stored;
  const claim = { owner: 'protect', zone, at: new Date(world.now()).toISOString() };
  return (await claimEpoch(store, job, epoch, claim, signal)).epoch;
}
