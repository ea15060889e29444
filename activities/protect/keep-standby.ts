/** Writes the job's object in the peer zone after a recovery point: a suspended standby, or for P0 a running twin. */
import { jobKey, type JobRef } from '../../model/job.ts';
import type { RecoveryPointManifest } from '../../model/recovery-point/manifest.ts';
import { annotations, labels, roleConfigMapName } from '../../model/kubernetes/marks.ts';
import { type FlinkDeployment, hasRun, jobOf } from '../../model/kubernetes/flink-deployment.ts';
import { renderStandby } from '../../model/escape/standby.ts';
import type { Tier } from '../../model/tier.ts';
import { TypedFailure } from '../typed-failure.ts';
import type { ZoneCluster } from '../kubernetes/port.ts';

/** How long an old object may take to disappear. */
const replaceDeadlineMs = 60_000;

export interface KeepStandby {
  tier: Tier;
  active: FlinkDeployment;
  manifest: RecoveryPointManifest;
  /** URI of the manifest. */
  recoveryPoint: string;
}

/**
 * The job's object in the peer zone, if there is one.
 * @throws TypedFailure `EpochTaken` when it is no standby or twin: then the job runs in both zones
 */
export async function objectInPeer(
  peer: ZoneCluster,
  job: JobRef,
  signal: AbortSignal,
): Promise<FlinkDeployment | undefined> {
  const existing = await peer.getDeployment(job, signal);
  const role = existing?.metadata.labels?.[labels.role];
  if (!existing || role === 'standby' || role === 'twin') return existing;
  throw new TypedFailure(
    'EpochTaken',
    `${jobKey(job)} runs in ${peer.zone} as well (its object there has no role of standby or twin); stop one of the two`,
  );
}

/**
 * Creates or updates the standby or twin. A twin is started once, from the recovery point of that moment; later rounds
 * leave its run alone and renew its marks and settings.
 * @throws TypedFailure `EpochTaken` when the object there has become the active one meanwhile
 */
export async function keepStandby(
  peer: ZoneCluster,
  home: ZoneCluster,
  keep: KeepStandby,
  signal: AbortSignal,
): Promise<void> {
  const { active, manifest, tier } = keep;
  const job = jobOf(active);
  const existing = await objectInPeer(peer, job, signal);
  const marks = {
    activeZone: manifest.from,
    preferredZone: active.metadata.annotations?.[annotations.preferredZone] ?? manifest.from,
    epoch: manifest.epoch,
    recoveryPoint: keep.recoveryPoint,
  };
  if (tier !== 'P0') {
    await peer.applyDeployment(renderStandby(active, manifest.spec, { ...marks, role: 'standby' }), signal);
    return;
  }
  // The twin must find `twin` before its first record, the active job `active` before anybody may flip it.
  await peer.applyConfigMap({ namespace: job.namespace, name: roleConfigMapName(job.name) }, { role: 'twin' }, signal);
  await home.applyConfigMap(
    { namespace: job.namespace, name: roleConfigMapName(job.name) },
    { role: 'active' },
    signal,
  );
  const runs = existing?.metadata.labels?.[labels.role] === 'twin' && existing.spec.job?.state === 'running';
  if (existing && !runs && hasRun(existing)) {
    // The job ran there before it escaped: an object that has run would go on with its old state.
    await peer.deleteDeployment(job, { deadlineMs: replaceDeadlineMs, signal });
  }
  const startedFrom =
    (runs ? existing.metadata.annotations?.[annotations.startedFrom] : undefined) ?? manifest.restorePath;
  const spec = {
    ...manifest.spec,
    job: { ...(manifest.spec['job'] as object), state: 'running' as const, initialSavepointPath: startedFrom },
  };
  await peer.applyDeployment(renderStandby(active, spec, { ...marks, role: 'twin', startedFrom }), signal);
}
