/** Makes the job's object in the peer zone name an intact recovery point when the one that it names is damaged. */
import { jobKey } from '../../model/job/job.ts';
import { annotations, labels } from '../../model/job/marks.ts';
import { recoveryPointIdOfKey } from '../../model/store-keys.ts';
import { flinkPath, keyOfFlinkPath } from '../../model/store-location.ts';
import { OutsideFailure } from '../../adapters/failure.ts';
import type { KeptJob } from '../../jobs/recovery-points/find-job.ts';
import { chooseRecoveryPoint } from '../../jobs/recovery-points/recovery-points.ts';
import type { Clusters } from '../../adapters/ports.ts';

/** What was done, for people; undefined when there was nothing to do. */
export async function nameNeighbour(
  ports: Clusters,
  kept: KeptJob,
  damaged: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { job, peer, store, storeConfig } = kept;
  const cluster = ports.cluster(peer);
  const object = await cluster.getDeployment(job, signal);
  const role = object?.metadata.labels?.[labels.role];
  if (!object || (role !== 'standby' && role !== 'twin')) return undefined;
  const named = object.metadata.annotations?.[annotations.recoveryPoint] ?? '';
  const id = recoveryPointIdOfKey(job, keyOfFlinkPath(storeConfig, named) ?? '');
  if (id === undefined || !damaged.has(id)) return undefined;
  const { chosen } = await chooseRecoveryPoint(store, job, undefined, signal);
  if (!chosen) return undefined;
  const { resourceVersion } = object.metadata;
  const recoveryPoint = flinkPath(storeConfig, chosen.manifestKey, 'inZone');
  try {
    const marks = { annotations: { [annotations.recoveryPoint]: recoveryPoint } };
    const metadata = resourceVersion === undefined ? marks : { ...marks, resourceVersion };
    await cluster.patchDeployment(job, { metadata }, signal);
  } catch (error) {
    // Somebody wrote it meanwhile, most likely a round with a newer recovery point; else the next check sees it again.
    if (error instanceof OutsideFailure && error.failureClass === 'Conflict') return undefined;
    throw error;
  }
  return `the ${role} of ${jobKey(job)} in ${peer} names ${chosen.manifest.id} now instead of ${id}`;
}
