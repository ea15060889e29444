/**
 * Replaces the object of a job by a fresh one: an object that has run ignores the path to restore, so that it must go
 * first. Between the two the zone has no object of the job, and whoever replaces it may be killed just then: so the
 * fresh one must be known from elsewhere before the old one goes, and whoever repeats this goes on from there.
 */
import { type FlinkDeployment, jobOf } from '../../model/job/flink-deployment.ts';
import { noObject, type ZoneCluster } from '../../adapters/kubernetes/port.ts';

/** How long an old object may take to disappear. */
const goneWithinMs = 60_000;

export interface Replacement {
  /** The object there as it was read; undefined where there is none, as an earlier attempt was killed. */
  old: FlinkDeployment | undefined;
  fresh: FlinkDeployment;
  /**
   * Keeps what the fresh object is made from where the zone's death does not take it, before the old one is deleted. Or
   * says that other records have all of it: a recovery point's manifest, with the plan or the job at home.
   */
  madeAgainFrom: (() => Promise<void>) | 'other records';
  /** The old one goes only as it was read: whoever changed it meanwhile, such as an escape that starts it, wins. */
  onlyAsRead?: boolean;
}

/**
 * Applies the fresh one only where there is no object, so that of two who replace one neither overwrites the other's.
 * @throws OutsideFailure `Conflict` if somebody else was first, `Unavailable` if the old one does not disappear
 */
export async function replaceDeployment(
  cluster: ZoneCluster,
  { old, fresh, madeAgainFrom, onlyAsRead = false }: Replacement,
  signal: AbortSignal,
): Promise<FlinkDeployment> {
  if (old) {
    if (madeAgainFrom !== 'other records') await madeAgainFrom();
    const version = onlyAsRead ? old.metadata.resourceVersion : undefined;
    const unchanged = version === undefined ? {} : { unchangedSince: version };
    await cluster.deleteDeployment(jobOf(old), { deadlineMs: goneWithinMs, ...unchanged, signal });
  }
  return cluster.applyDeployment(fresh, signal, noObject);
}
