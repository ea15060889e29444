/** Makes a P0 job's running twin the active job, if it is fit for that. */
import type { PlannedJob } from '../../model/move/plan-types.ts';
import { promotePatch } from '../../model/move/standby.ts';
import { roleConfigMapName } from '../../model/job/marks.ts';
import type { ZoneCluster } from '../../adapters/kubernetes/port.ts';
import type { Clock, Clusters, FlinkAccess } from '../../adapters/ports.ts';
import type { Stopwatch } from './stopwatch.ts';
import { twinIsWell } from './twin.ts';

export type Restart = { to: string; epoch: number; restorePath: string; escapeId: string };

/** Promotes it; otherwise says why it is not fit, and has told the job that what is started instead is active. */
export async function promoteIfWell(
  ports: Clusters & FlinkAccess & Clock,
  job: PlannedJob,
  restart: Restart,
  watch: Stopwatch,
  signal: AbortSignal,
): Promise<string | undefined> {
  const cluster = ports.cluster(restart.to);
  const well = await watch.time('check', () => twinIsWell(ports, restart.to, job, signal));
  if (!well.well) {
    await setRoleActive(cluster, job, signal);
    return well.why;
  }
  await watch.time('promote', () => promote(cluster, job, restart, signal));
  return undefined;
}

/** First the role that the job reads, then the marks: a repeat of either half changes nothing. */
async function promote(cluster: ZoneCluster, job: PlannedJob, restart: Restart, signal: AbortSignal): Promise<void> {
  await setRoleActive(cluster, job, signal);
  await cluster.patchDeployment(job, promotePatch(restart), signal);
  await cluster.pokePods(job, restart.escapeId, signal);
}

/** What its sink heeds: a job that finds `twin` there emits nothing. */
export function setRoleActive(cluster: ZoneCluster, job: PlannedJob, signal: AbortSignal): Promise<void> {
  return cluster.applyConfigMap(
    { namespace: job.namespace, name: roleConfigMapName(job.name) },
    { role: 'active' },
    signal,
  );
}
