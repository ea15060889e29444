/** Tells a round of a zone with several peers where each of its jobs is to be protected. */
import { demandOf } from '../../model/capacity/demand.ts';
import type { JobDemand } from '../../model/capacity/types.ts';
import { peersOf } from '../../model/config/types.ts';
import { renderSpecForZone } from '../../model/move/standby.ts';
import { jobKey } from '../../model/job/job.ts';
import { type FlinkDeployment, jobOf } from '../../model/job/flink-deployment.ts';
import { labels } from '../../model/job/marks.ts';
import { choosePeers, wishedPeer, type Asking } from '../../model/placement/choose-peer.ts';
import { seeRoom } from '../capacity/see-room.ts';
import { type Clock, type Clusters, type Configured, type Logging, zoneConfig } from '../../adapters/ports.ts';
import type { DiscoveredJob } from '../../model/results/protect.ts';
import { standbyBelongsIn, standbyIsIn, writtenPeer } from '../../model/placement/job-peer.ts';
import { storeNameOf } from '../../model/placement/job-store.ts';

/** What the round has listed; of a peer that did not answer there are no standbys. */
export interface Listed {
  zone: string;
  atHome: readonly FlinkDeployment[];
  standbys: ReadonlyMap<string, readonly FlinkDeployment[]>;
  jobs: readonly DiscoveredJob[];
}

/** Nodes and pods of a peer are read once for all jobs that are new, and not at all where there is none. */
export async function seatJobs(
  ports: Configured & Clusters & Logging & Clock,
  { zone, atHome, standbys, jobs }: Listed,
  signal: AbortSignal,
): Promise<DiscoveredJob[]> {
  const peers = peersOf(zoneConfig(ports, zone));
  const objects = new Map(atHome.map((one) => [jobKey(jobOf(one)), one]));
  const holder = new Map<string, string>();
  for (const peer of peers.toReversed()) {
    for (const standby of standbys.get(peer) ?? []) holder.set(jobKey(jobOf(standby)), peer);
  }
  const known = new Map<string, string>();
  const strangers: FlinkDeployment[] = [];
  for (const job of jobs) {
    const active = objects.get(jobKey(job));
    const marks = active?.metadata.annotations ?? {};
    const wish = wishedPeer(marks, zone, peers);
    const signs = { written: active && writtenPeer(active), seen: holder.get(jobKey(job)) };
    const now = standbyIsIn(signs, (one) => peers.includes(one));
    const peer = standbyBelongsIn({ wish: wish.peer, now }, peers);
    if (peer !== undefined) known.set(jobKey(job), peer);
    else if (active && wish.bad === undefined) strangers.push(active);
  }
  if (strangers.length > 0) {
    const answer = peers.filter((peer) => standbys.has(peer));
    const seen = await Promise.all(
      answer.map(async (peer) => {
        const { room, notes } = await seeRoom(ports, peer, signal);
        for (const note of notes) ports.log.warn({ zone: peer }, note);
        return { zone: peer, room, standbys: (standbys.get(peer) ?? []).filter(waits).map(asking) };
      }),
    );
    const asked = strangers.map((active) => ({
      job: jobOf(active),
      demands: answer.map((peer) => demandIn(ports, { zone, peer }, active)),
    }));
    for (const [key, peer] of choosePeers(asked, seen)) known.set(key, peer);
  }
  return jobs.map((job) => {
    const peer = known.get(jobKey(job));
    return peer === undefined ? job : { ...job, peer };
  });
}

/** The pods of a twin run, and are counted with those of others. */
function waits({ metadata }: FlinkDeployment): boolean {
  return metadata.labels?.[labels.role] === 'standby';
}

function asking(standby: FlinkDeployment): Asking {
  return { job: jobOf(standby), demand: told(demandOf(standby.spec)) };
}

/** What a job asks for there, once its spec is rendered for that zone. */
function demandIn(ports: Configured, { zone, peer }: { zone: string; peer: string }, active: FlinkDeployment) {
  const [home, there] = [zoneConfig(ports, zone), zoneConfig(ports, peer)];
  const name = storeNameOf(active, home);
  const [homeStore, peerStore] = [home.stores[name], there.stores[name]];
  if (!homeStore || !peerStore) return null;
  return told(demandOf(renderSpecForZone(active, there, { home: homeStore, there: peerStore })));
}

function told(demand: ReturnType<typeof demandOf>): JobDemand | null {
  return 'unknown' in demand ? null : demand;
}
