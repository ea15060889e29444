/** Writes the job's object in the peer zone after a recovery point: a suspended standby, or for P0 a running twin. */
import { jobKey, type JobRef } from '../../model/job/job.ts';
import type { RecoveryPointManifest } from '../../model/recovery/manifest.ts';
import { annotations, labels, roleConfigMapName } from '../../model/job/marks.ts';
import { type FlinkDeployment, type FlinkDeploymentSpec, hasRun, jobOf } from '../../model/job/flink-deployment.ts';
import { holdsSpec } from '../../model/job/same-spec.ts';
import { renderStandby } from '../../model/move/standby.ts';
import { takenBy } from '../../model/placement/same-name.ts';
import type { Tier } from '../../model/job/tier.ts';
import { OutsideFailure } from '../../adapters/failure.ts';
import { TypedFailure } from '../../adapters/typed-failure.ts';
import type { Clock } from '../../adapters/clock.ts';
import { retryOverConflicts } from '../../adapters/retry.ts';
import { noObject, type ZoneCluster } from '../../adapters/kubernetes/port.ts';
import { replaceDeployment } from './replace-deployment.ts';

export interface KeepStandby {
  tier: Tier;
  active: FlinkDeployment;
  manifest: RecoveryPointManifest;
  /** URI of the manifest. */
  recoveryPoint: string;
}

/**
 * The object of a job of zone `home` in the peer zone, if there is one.
 * @throws TypedFailure `EpochTaken` when it is no standby or twin: then the job runs in both zones; `NameTaken` when it is
 * that of another zone's job
 */
export async function objectInPeer(
  peer: ZoneCluster,
  active: FlinkDeployment,
  home: string,
  signal: AbortSignal,
): Promise<FlinkDeployment | undefined> {
  const job = jobOf(active);
  const existing = await peer.getDeployment(job, signal);
  const owner = existing && takenBy(existing, peer.zone, active, home);
  if (owner !== undefined) {
    const sentence = `${jobKey(job)} of ${home} cannot be protected in ${peer.zone}, which has a job of that name of ${owner}`;
    throw new TypedFailure('NameTaken', sentence);
  }
  const role = existing?.metadata.labels?.[labels.role];
  if (!existing || role === 'standby' || role === 'twin') return existing;
  throw new TypedFailure(
    'EpochTaken',
    `${jobKey(job)} runs in ${peer.zone} as well (its object there has no role of standby or twin); stop one of the two`,
  );
}

/**
 * Creates or updates the standby or twin. A twin is started once, from the recovery point of that moment; later rounds
 * leave its run alone and renew its marks and settings. What an escape has started meanwhile is not touched: everything
 * is written only over the object as it was read.
 * @throws TypedFailure `EpochTaken` when the object there has become the active one meanwhile
 */
export async function keepStandby(
  clock: Clock,
  peer: ZoneCluster,
  home: ZoneCluster,
  keep: KeepStandby,
  signal: AbortSignal,
): Promise<void> {
  const told = { twin: false };
  const write = async (): Promise<void> => {
    try {
      await writeStandby(peer, home, keep, told, signal);
    } catch (error) {
      if (told.twin && error instanceof TypedFailure && error.code === 'EpochTaken') {
        // It was not yet a twin when it was told so, and has become the active job since.
        const { namespace, name } = jobOf(keep.active);
        const role = { namespace, name: roleConfigMapName(name) };
        await peer.applyConfigMap(role, { role: 'active' }, signal);
        // Fencing may have silenced the copy at home before this round told it `active`.
        await home.applyConfigMap(role, { role: 'twin' }, signal);
      }
      throw error;
    }
  };
  await retryOverConflicts(clock, write);
}

async function writeStandby(
  peer: ZoneCluster,
  home: ZoneCluster,
  keep: KeepStandby,
  told: { twin: boolean },
  signal: AbortSignal,
): Promise<void> {
  const { active, manifest, tier } = keep;
  const job = jobOf(active);
  const existing = await objectInPeer(peer, active, manifest.from, signal);
  const asRead = existing ? existing.metadata.resourceVersion : noObject;
  const marks = {
    activeZone: manifest.from,
    preferredZone: active.metadata.annotations?.[annotations.preferredZone] ?? manifest.from,
    epoch: manifest.epoch,
    recoveryPoint: keep.recoveryPoint,
  };
  if (tier !== 'P0') {
    await peer.applyDeployment(renderStandby(active, manifest.spec, { ...marks, role: 'standby' }), signal, asRead);
    return;
  }
  const runs = existing?.metadata.labels?.[labels.role] === 'twin' && existing.spec.job?.state === 'running';
  told.twin ||= !runs;
  await tellRoles(peer, home, job, runs, signal);
  const startedFrom =
    (runs ? existing.metadata.annotations?.[annotations.startedFrom] : undefined) ?? manifest.restorePath;
  const spec = {
    ...manifest.spec,
    job: { ...(manifest.spec['job'] as object), state: 'running' as const, initialSavepointPath: startedFrom },
  };
  const twin = renderStandby(active, spec, { ...marks, role: 'twin', startedFrom });
  if (!existing || runs || !hasRun(existing)) {
    await peer.applyDeployment(twin, signal, asRead);
    return;
  }
  // The job ran there before it escaped: an object that has run would go on with its old state.
  const replacement = { old: existing, fresh: twin, onlyAsRead: true, madeAgainFrom: 'other records' } as const;
  await replaceDeployment(peer, replacement, signal);
}

/**
 * The twin must find `twin` before its first record, the active job `active` before anybody may flip it. A twin that
 * runs has been told; telling it again could silence one that an escape promotes at this moment.
 */
async function tellRoles(
  peer: ZoneCluster,
  home: ZoneCluster,
  job: JobRef,
  runs: boolean,
  signal: AbortSignal,
): Promise<void> {
  const ref = { namespace: job.namespace, name: roleConfigMapName(job.name) };
  if (!runs || !(await peer.getConfigMap(ref, signal))) await peer.applyConfigMap(ref, { role: 'twin' }, signal);
  if ((await home.getConfigMap(ref, signal))?.['role'] === 'active') return;
  // An escape may have fenced the job meanwhile. Fencing writes the role, the object and the role again, so looks before
  // and after our own write leave no order in which a fenced job is told to speak.
  if (!(await isActive(home, job, signal))) return;
  await home.applyConfigMap(ref, { role: 'active' }, signal);
  if (!(await isActive(home, job, signal))) await home.applyConfigMap(ref, { role: 'twin' }, signal);
}

async function isActive(home: ZoneCluster, job: JobRef, signal: AbortSignal): Promise<boolean> {
  const object = await home.getDeployment(job, signal);
  return object !== undefined && (object.metadata.labels?.[labels.role] ?? 'active') === 'active';
}

/**
 * Brings the standby or twin up to the job's spec of today before a round, which may end without a recovery point. Call
 * it for a healthy job only: a spec that never ran well is not passed on. Writes nothing where nothing changed.
 */
export async function renewStandby(
  peer: ZoneCluster,
  existing: FlinkDeployment,
  active: FlinkDeployment,
  spec: FlinkDeploymentSpec,
  signal: AbortSignal,
): Promise<void> {
  const before = existing.metadata.annotations ?? {};
  const { [annotations.activeZone]: activeZone, [annotations.recoveryPoint]: recoveryPoint } = before;
  // One without a recovery point is not ours to fill in.
  if (activeZone === undefined || recoveryPoint === undefined) return;
  const startedFrom = before[annotations.startedFrom];
  const runs = existing.metadata.labels?.[labels.role] === 'twin' && existing.spec.job?.state === 'running';
  if (runs && startedFrom === undefined) return;
  const wanted = runs
    ? { ...spec, job: { ...spec.job, state: 'running' as const, initialSavepointPath: startedFrom! } }
    : spec;
  if (holdsSpec(existing.spec, wanted)) return;
  const marks = {
    role: existing.metadata.labels?.[labels.role] === 'twin' ? ('twin' as const) : ('standby' as const),
    activeZone,
    preferredZone: before[annotations.preferredZone] ?? activeZone,
    epoch: Number(before[annotations.epoch] ?? 1),
    recoveryPoint,
    ...(startedFrom === undefined ? {} : { startedFrom }),
  };
  try {
    await peer.applyDeployment(renderStandby(active, wanted, marks), signal, existing.metadata.resourceVersion);
  } catch (error) {
    // The recovery point that is made now brings it, or the next round.
    if (!(error instanceof OutsideFailure) || error.failureClass !== 'Conflict') throw error;
  }
}
