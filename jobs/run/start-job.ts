/** Starts one planned job in the peer zone: recovery point seen intact, epoch claimed, one patch. */
import type { PlannedJob } from '../../model/move/plan-types.ts';
import { startPatch } from '../../model/move/standby.ts';
import { jobKey } from '../../model/job/job.ts';
import { annotations, labels } from '../../model/job/marks.ts';
import { type FlinkDeployment, hasRun } from '../../model/job/flink-deployment.ts';
import type { OutcomeCode } from '../../model/outcome/codes.ts';
import type { RecoveryPointManifest } from '../../model/recovery/manifest.ts';
import { keyOfFlinkPath } from '../../model/store-location.ts';
import type { ArtifactSight } from '../artifacts/artifact-sight.ts';
import { OutsideFailure } from '../../adapters/failure.ts';
import type { ZoneCluster } from '../../adapters/kubernetes/port.ts';
import { claimEpoch } from '../claims/epochs.ts';
import { chooseRecoveryPoint, type Choice } from '../recovery-points/recovery-points.ts';
import {
  type Clock,
  type Clusters,
  type Configured,
  type FlinkAccess,
  type Pulse,
  type Stores,
  zoneConfig,
} from '../../adapters/ports.ts';
import { freshStandby } from '../standby/fresh-standby.ts';
import { replaceDeployment } from '../standby/replace-deployment.ts';
import { endedJob } from './job-report.ts';
import { promoteIfWell, setRoleActive, type Restart } from './promote-twin.ts';
import { Stopwatch } from './stopwatch.ts';
import { twinIsWell } from './twin.ts';
import type { Move } from '../../model/move/move.ts';
import { routeOf } from '../../model/move/route.ts';
import type { EscapeLine, StartedJob } from '../../model/results/escape.ts';

export type StartResult = { started: StartedJob } | { ended: EscapeLine };

/** Of a job's claimed epoch: the plan and the recovery point's manifest say what its object was. */
const madeAgainFrom = 'other records';

/** Issues the start. Repeating it changes nothing; whatever keeps the job from starting is its line in the report. */
export async function startJob(
  ports: Configured & Clusters & Stores & FlinkAccess & Clock,
  move: Move,
  job: PlannedJob,
  pulse: Pulse,
  sight: ArtifactSight,
): Promise<StartResult> {
  const watch = new Stopwatch(ports.now);
  const peer = zoneConfig(ports, job.to);
  const storeConfig = peer.stores[job.store];
  const ended = (
    outcome: 'left' | 'failed',
    code: OutcomeCode,
    message: string,
    evidence: string[] = [],
  ): StartResult => ({ ended: endedJob(job, outcome, { code, message }, watch.steps, evidence) });
  if (!storeConfig)
    return ended('failed', 'UnknownStore', `its standby names store "${job.store}", which ${peer.name} has not`);
  const store = ports.store(peer.name, job.store);

  const namedKey = job.recoveryPoint === null ? undefined : keyOfFlinkPath(storeConfig, job.recoveryPoint);
  // A twin runs already, so it needs no jar; one that is not well meets what is wrong when it is started.
  const choice: Choice = job.kind === 'twin' ? {} : { lackOf: (manifest) => sight.lackOf(manifest, pulse.signal) };
  const { chosen, damages, lacks } = await watch.time('check', () =>
    chooseRecoveryPoint(store, job, namedKey, pulse.signal, choice),
  );
  if (!chosen && lacks !== undefined) return ended('failed', 'ArtifactMissing', lacks, damages);
  if (!chosen) {
    return ended(
      'failed',
      'NoRecoveryPoint',
      `no intact recovery point of ${jobKey(job)} in ${peer.name}: ${damages[0] ?? 'there is none'}`,
      damages,
    );
  }
  if (move.effects === 'rehearsed')
    return { started: started(job, chosen.manifest, job.epoch, damages, watch, ports.now()) };

  if (job.retry) {
    const { well } = await watch.time('check', () => twinIsWell(ports, job.to, job, pulse.signal));
    if (well)
      return ended('left', 'RunsAlready', `it runs in ${peer.name} by now, although an earlier escape gave it up`);
  }
  const claim = { owner: move.id, zone: job.to, at: new Date(ports.now()).toISOString() };
  const claimed = await watch.time('claim', () => claimEpoch(store, job, job.epoch, claim, pulse.signal));
  if (!claimed.claimed)
    return ended('left', 'EpochTaken', `epoch ${claimed.epoch} of ${jobKey(job)} is held by ${claimed.holder}`);

  const hasItsJar = chosen.manifestKey === namedKey || !keepsArtifacts(chosen.manifest);
  const line: Line = { move, job, manifest: chosen.manifest, hasItsJar, damages, watch };
  return issueStart(ports, line, claimed, pulse.signal);
}

/** What is known of a job once its recovery point was chosen. */
interface Line {
  move: Move;
  job: PlannedJob;
  manifest: RecoveryPointManifest;
  /** The standby names the jar of this recovery point, as far as can be told without looking at it. */
  hasItsJar: boolean;
  /** For the report; grows. */
  damages: string[];
  watch: Stopwatch;
}

/** Under the claimed epoch: promotes the twin, or starts the standby. */
async function issueStart(
  ports: Clusters & FlinkAccess & Clock,
  { move, job, manifest, hasItsJar, damages, watch }: Line,
  { epoch, repeated }: { epoch: number; repeated: boolean },
  signal: AbortSignal,
): Promise<StartResult> {
  const cluster = ports.cluster(job.to);
  const restart = { to: job.to, epoch, restorePath: manifest.restorePath, escapeId: move.id };
  const begun = (): StartedJob => started(job, manifest, epoch, damages, watch, ports.now());
  // The usual case. P0 is told its role first; a repeated start looks at what it did.
  if (job.unused !== undefined && job.tier !== 'P0' && !repeated && hasItsJar) {
    const patch = startPatch({ ...restart, unchangedSince: job.unused });
    if (await watch.time('schedule', () => isPatched(cluster, job, patch, signal))) return { started: begun() };
  }
  // An earlier attempt that died while it replaced the object left none: the claim tells that from a standby that
  // somebody deleted on purpose.
  const existing =
    (await cluster.getDeployment(job, signal)) ??
    (repeated
      ? await replaceDeployment(cluster, { old: undefined, fresh: lostStandby(job, manifest), madeAgainFrom }, signal)
      : undefined);
  if (!existing) {
    const message = `its standby was deleted from ${job.to} after the plan was made`;
    return { ended: endedJob(job, 'failed', { code: 'JobNotFound', message }, watch.steps) };
  }
  const before = existing.metadata.annotations ?? {};
  const startedFrom = before[annotations.startedFrom] ?? restart.restorePath;
  if (before[annotations.escape] === move.id && existing.metadata.labels?.[labels.role] === 'active') {
    // An earlier attempt of this very escape got here: what it asked for stands.
    const kind = before[annotations.promoted] === undefined ? 'standby' : 'twin';
    return { started: { ...begun(), kind, restorePath: startedFrom } };
  }
  if (job.kind === 'twin') {
    const why = await promoteIfWell(ports, job, { ...restart, restorePath: startedFrom }, watch, signal);
    if (why === undefined) return { started: { ...begun(), restorePath: startedFrom } };
    damages.push(`the twin was not well (${why}), so the job was started from its recovery point`);
  } else if (job.tier === 'P0') {
    // It may have been told to be a twin: by a round that was making it one, or when it last left this zone.
    await setRoleActive(cluster, job, signal);
  }
  await watch.time('schedule', () => start(cluster, existing, { manifest, hasItsJar }, restart, signal));
  return { started: { ...begun(), kind: 'standby' } };
}

/** False if its object is not as the patch wants it. */
async function isPatched(cluster: ZoneCluster, job: PlannedJob, patch: unknown, signal: AbortSignal): Promise<boolean> {
  try {
    await cluster.patchDeployment(job, patch, signal);
    return true;
  } catch (error) {
    const isOther = error instanceof OutsideFailure && ['Conflict', 'NotFound'].includes(error.failureClass);
    if (isOther) return false;
    throw error;
  }
}

/**
 * A standby that never ran needs one patch. One that ran ignores `initialSavepointPath`, and one that names another jar
 * than the recovery point that was left would start it with that: both are replaced.
 */
async function start(
  cluster: ZoneCluster,
  existing: FlinkDeployment,
  { manifest, hasItsJar }: Pick<Line, 'manifest' | 'hasItsJar'>,
  restart: Restart,
  signal: AbortSignal,
): Promise<void> {
  const job = { namespace: existing.metadata.namespace, name: existing.metadata.name };
  // Of one that was asked to run by somebody else, the operator may have taken that path already.
  const hasOther = !hasItsJar && !namesArtifactsOf(existing, manifest);
  if (hasRun(existing) || existing.spec.job?.state === 'running' || hasOther) {
    await replaceDeployment(cluster, { old: existing, fresh: freshStandby(existing, manifest), madeAgainFrom }, signal);
  }
  await cluster.patchDeployment(job, startPatch(restart), signal);
}

function keepsArtifacts({ artifacts }: RecoveryPointManifest): boolean {
  return artifacts?.some(({ kind }) => kind === 'kept') ?? false;
}

function namesArtifactsOf({ spec }: FlinkDeployment, manifest: RecoveryPointManifest): boolean {
  const [there, wanted] = [JSON.stringify(spec), JSON.stringify(manifest.spec)];
  const { artifacts = [] } = manifest;
  return artifacts.every(
    (one) => one.kind !== 'kept' || !wanted.includes(one.uriThere) || there.includes(one.uriThere),
  );
}

/** The fresh standby of an object that is gone, from what plan and manifest know of it. */
function lostStandby(job: PlannedJob, manifest: RecoveryPointManifest): FlinkDeployment {
  const { namespace, name } = job;
  const marks = { [annotations.store]: job.store, [annotations.recoveryPoint]: job.recoveryPoint ?? '' };
  const metadata = { namespace, name, labels: { [labels.tier]: job.tier }, annotations: marks };
  const before = { apiVersion: 'flink.apache.org/v1beta1', kind: 'FlinkDeployment', metadata, spec: {} } as const;
  return freshStandby(before, manifest);
}

function started(
  job: PlannedJob,
  manifest: RecoveryPointManifest,
  epoch: number,
  notes: string[],
  watch: Stopwatch,
  nowMs: number,
): StartedJob {
  return {
    namespace: job.namespace,
    name: job.name,
    tier: job.tier,
    wave: job.wave,
    ...routeOf(job),
    kind: job.kind,
    store: job.store,
    epoch,
    recoveryPoint: manifest.id,
    restorePath: manifest.restorePath,
    stateAt: manifest.stateAt,
    startedAt: new Date(nowMs).toISOString(),
    steps: watch.steps,
    notes,
  };
}
