/** Follows in the peer zone what owners did to their jobs at home: deleted, suspended, resumed, created again. */
import { peersOf } from '../../model/config/types.ts';
import { jobKey } from '../../model/job/job.ts';
import { annotations, labels } from '../../model/job/marks.ts';
import { type FlinkDeployment, jobOf } from '../../model/job/flink-deployment.ts';
import { deletionsAreBelievable, followStandby } from '../../model/placement/follow.ts';
import { forEachAtOnce } from '../../adapters/at-once.ts';
import { OutsideFailure } from '../../adapters/failure.ts';
import { forgetSeat } from '../../jobs/claims/seats.ts';
import { zoneConfig, type World } from '../../adapters/world.ts';
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
  world: World,
  zone: string,
  atHome: readonly FlinkDeployment[],
  signal: AbortSignal,
): Promise<Map<string, FlinkDeployment[]>> {
  const listed = new Map<string, FlinkDeployment[]>();
  for (const peer of peersOf(zoneConfig(world, zone))) {
    try {
      const standbys = await standbysIn(world, { zone, peer }, signal);
      listed.set(peer, standbys);
      await follow(world, { zone, peer }, standbys, atHome, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof OutsideFailure)) throw error;
      const sentence = `standbys of deleted and suspended jobs were not looked after: ${error.message}`;
      world.log.warn({ zone }, sentence);
    }
  }
  await removeLeftovers(world, zone, listed, atHome, signal);
  return listed;
}

async function standbysIn(
  world: World,
  { zone, peer }: { zone: string; peer: string },
  signal: AbortSignal,
): Promise<FlinkDeployment[]> {
  const { namespaces } = zoneConfig(world, zone).kubernetes;
  const listed = await world.cluster(peer).listDeployments(`${labels.role} in (standby,twin)`, signal);
  return listed.filter(
    ({ metadata }) =>
      metadata.annotations?.[annotations.activeZone] === zone && namespaces.includes(metadata.namespace),
  );
}

async function follow(
  world: World,
  { zone, peer }: { zone: string; peer: string },
  standbys: readonly FlinkDeployment[],
  atHome: readonly FlinkDeployment[],
  signal: AbortSignal,
): Promise<void> {
  const objects = new Map(atHome.map((deployment) => [jobKey(jobOf(deployment)), deployment]));
  const missing = standbys.map(jobOf).filter((job) => !objects.has(jobKey(job)));
  await forEachAtOnce(missing, looksAtOnce, async (job) => {
    const created = await world.cluster(zone).getDeployment(job, signal);
    if (created) objects.set(jobKey(job), created);
  });
  const deleted = standbys.filter((standby) => !objects.has(jobKey(jobOf(standby)))).length;
  const believable = deletionsAreBelievable(deleted, standbys.length);
  if (!believable) {
    const sentence = `${deleted} of ${standbys.length} protected jobs are gone at once; their standbys are left as they are`;
    world.log.warn({ zone }, `${zone}: ${sentence}`);
  }
  let removals = 0;
  for (const standby of standbys) {
    const home = objects.get(jobKey(jobOf(standby)));
    if (home === undefined && (!believable || removals >= removalsAtOnce)) continue;
    if (await followOne(world, { zone, peer }, standby, home, signal)) removals += 1;
  }
}

/** @returns whether it removed the standby */
async function followOne(
  world: World,
  { zone, peer }: { zone: string; peer: string },
  standby: FlinkDeployment,
  home: FlinkDeployment | undefined,
  signal: AbortSignal,
): Promise<boolean> {
  const cluster = world.cluster(peer);
  const job = jobOf(standby);
  const about = { job: jobKey(job), zone };
  const following = followStandby(standby, home, {
    nowMs: world.now(),
    forgetAfterMs: world.config.protect.forgetAfterMs,
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
        world.log.info(about, `${jobKey(job)} ${what}`);
        return false;
      }
      case 'remove':
        await cluster.deleteDeployment(job, {
          deadlineMs: removeDeadlineMs,
          ...(resourceVersion === undefined ? {} : { unchangedSince: resourceVersion }),
          signal,
        });
        world.log.info(about, `its standby in ${peer} is removed: ${following.ended} since ${following.since}`);
        if (zoneConfig(world, zone).peers) await forgetSeat(world, zone, job, peersOf(zoneConfig(world, zone)), signal);
        return true;
    }
  } catch (error) {
    if (!(error instanceof OutsideFailure) || !['Conflict', 'NotFound'].includes(error.failureClass)) throw error;
    world.log.info(about, 'its standby was changed meanwhile; the next round looks again');
    return false;
  }
}
