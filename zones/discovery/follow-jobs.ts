/** Follows in the peer zone what owners did to their jobs at home: deleted, suspended, resumed, created again. */
import { peersOf } from '../../model/config/types.ts';
import { jobKey } from '../../model/job/job.ts';
import { annotations, labels } from '../../model/job/marks.ts';
import { type FlinkDeployment, jobOf } from '../../model/job/flink-deployment.ts';
import { deletionsAreBelievable, followStandby } from '../../model/placement/follow.ts';
import { forEachAtOnce } from '../../adapters/at-once.ts';
import { OutsideFailure } from '../../adapters/failure.ts';
import { forgetSeat } from '../../jobs/claims/seats.ts';
import {
  type Clock,
  type Clusters,
  type Configured,
  type Logging,
  type Stores,
  zoneConfig,
} from '../../adapters/ports.ts';
import { removeLeftovers } from './remove-leftovers.ts';

const removeDeadlineMs = 20_000;

const looksAtOnce = 8;

/** More of them wait for the next round: a round begins with this. */
const removalsAtOnce = 20;

/**
 * `atHome` is what the home zone's API server has just listed. A standby of which it has no object is asked for once
 * more by name, since it may have been created after the list. Trouble in a peer is logged, and the round goes on.
 * @returns standbys and twins of the zone's jobs by peer, as they were listed; a peer that did not answer is not there
 */
export async function followJobs(
  ports: Configured & Clusters & Stores & Logging & Clock,
  zone: string,
  atHome: readonly FlinkDeployment[],
  signal: AbortSignal,
): Promise<Map<string, FlinkDeployment[]>> {
  const listed = new Map<string, FlinkDeployment[]>();
  for (const peer of peersOf(zoneConfig(ports, zone))) {
    try {
      const standbys = await standbysIn(ports, { zone, peer }, signal);
      listed.set(peer, standbys);
      await follow(ports, { zone, peer }, standbys, atHome, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof OutsideFailure)) throw error;
      const sentence = `standbys of deleted and suspended jobs were not looked after: ${error.message}`;
      ports.log.warn({ zone }, sentence);
    }
  }
  await removeLeftovers(ports, zone, listed, atHome, signal);
  return listed;
}

async function standbysIn(
  ports: Configured & Clusters,
  { zone, peer }: { zone: string; peer: string },
  signal: AbortSignal,
): Promise<FlinkDeployment[]> {
  const { namespaces } = zoneConfig(ports, zone).kubernetes;
  const listed = await ports.cluster(peer).listDeployments(`${labels.role} in (standby,twin)`, signal);
  return listed.filter(
    ({ metadata }) =>
      metadata.annotations?.[annotations.activeZone] === zone && namespaces.includes(metadata.namespace),
  );
}

async function follow(
  ports: Configured & Clusters & Stores & Logging & Clock,
  { zone, peer }: { zone: string; peer: string },
  standbys: readonly FlinkDeployment[],
  atHome: readonly FlinkDeployment[],
  signal: AbortSignal,
): Promise<void> {
  const objects = new Map(atHome.map((deployment) => [jobKey(jobOf(deployment)), deployment]));
  const missing = standbys.map(jobOf).filter((job) => !objects.has(jobKey(job)));
  await forEachAtOnce(missing, looksAtOnce, async (job) => {
    const created = await ports.cluster(zone).getDeployment(job, signal);
    if (created) objects.set(jobKey(job), created);
  });
  const deleted = standbys.filter((standby) => !objects.has(jobKey(jobOf(standby)))).length;
  const believable = deletionsAreBelievable(deleted, standbys.length);
  if (!believable) {
    const sentence = `${deleted} of ${standbys.length} protected jobs are gone at once; their standbys are left as they are`;
    ports.log.warn({ zone }, `${zone}: ${sentence}`);
  }
  let removals = 0;
  for (const standby of standbys) {
    const home = objects.get(jobKey(jobOf(standby)));
    if (home === undefined && (!believable || removals >= removalsAtOnce)) continue;
    if (await followOne(ports, { zone, peer }, standby, home, signal)) removals += 1;
  }
}

/** @returns whether it removed the standby */
async function followOne(
  ports: Configured & Clusters & Stores & Logging & Clock,
  { zone, peer }: { zone: string; peer: string },
  standby: FlinkDeployment,
  home: FlinkDeployment | undefined,
  signal: AbortSignal,
): Promise<boolean> {
  const cluster = ports.cluster(peer);
  const job = jobOf(standby);
  const about = { job: jobKey(job), zone };
  const following = followStandby(standby, home, {
    nowMs: ports.now(),
    forgetAfterMs: ports.config.protect.forgetAfterMs,
  });
  // Whoever changed the standby since it was listed, such as an escape that starts it, wins.
  const { resourceVersion } = standby.metadata;
  const unchanged = resourceVersion === undefined ? {} : { resourceVersion };
  try {
    switch (following.act) {
      case 'nothing':
        return false;
      case 'mark':
      case 'unmark': {
        const value = following.act === 'mark' ? following.mark : null;
        const patch = { metadata: { ...unchanged, annotations: { [annotations.ended]: value } } };
        await cluster.patchDeployment(job, patch, signal);
        const what = value === null ? 'runs again' : `was ${value} by its owner`;
        ports.log.info(about, `${jobKey(job)} ${what}`);
        return false;
      }
      case 'remove':
        await cluster.deleteDeployment(job, {
          deadlineMs: removeDeadlineMs,
          ...(resourceVersion === undefined ? {} : { unchangedSince: resourceVersion }),
          signal,
        });
        ports.log.info(about, `its standby in ${peer} is removed: ${following.ended} since ${following.since}`);
        if (zoneConfig(ports, zone).peers) await forgetSeat(ports, zone, job, peersOf(zoneConfig(ports, zone)), signal);
        return true;
    }
  } catch (error) {
    if (!(error instanceof OutsideFailure) || !['Conflict', 'NotFound'].includes(error.failureClass)) throw error;
    ports.log.info(about, 'its standby was changed meanwhile; the next round looks again');
    return false;
  }
}
