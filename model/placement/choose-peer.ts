/** Which peer of a zone takes a job that has no standby yet: the one with the most room for it. Pure. */
import { compareText } from '../job/importance.ts';
import type { JobDemand, PodRequest } from '../capacity/types.ts';
import { mayStandOn } from '../capacity/eligible.ts';
import { ZoneRoom, type RoomSeen } from '../capacity/zone-room.ts';
import { jobKey, type JobRef } from '../job/job.ts';
import { annotations } from '../job/marks.ts';

/** A job as it asks for room in one zone; `demand` is null where it cannot be told. */
export interface Asking {
  job: JobRef;
  demand: JobDemand | null;
}

/** The same for each of several peers, whose overlays may have it ask for other nodes. In the order of the peers. */
export interface Stranger {
  job: JobRef;
  demands: readonly (JobDemand | null)[];
}

export interface PeerSeen {
  zone: string;
  room: RoomSeen;
  /** Those whose standby is there already: in an escape they need their room too. */
  standbys: readonly Asking[];
}

/**
 * The zone of each job by `namespace/name`. Each job takes its room, so that many new ones do not all go to the same
 * peer. One where it fits as a whole goes before one where it does not; then the one whose free nodes that it may
 * stand on would take it most often; then the first in the order given, as also where no room was seen.
 */
export function choosePeers(jobs: readonly Stranger[], peers: readonly PeerSeen[]): Map<string, string> {
  const rooms = peers.map((peer) => new PeerRoom(peer));
  const chosen = new Map<string, string>();
  for (const { job, demands } of jobs.toSorted((a, b) => compareText(jobKey(a.job), jobKey(b.job)))) {
    const [best] = rooms
      .map((room, index) => {
        const asking = { job, demand: demands[index] ?? null };
        return { room, index, asking, ...room.judge(asking) };
      })
      .toSorted((a, b) => Number(b.fits) - Number(a.fits) || b.times - a.times || a.index - b.index);
    if (!best) continue;
    best.room.take(best.asking);
    chosen.set(jobKey(job), best.room.zone);
  }
  return chosen;
}

/** What the annotation of a job wishes for; `bad` if it names no peer of the zone. Its own zone is where it has gone. */
export function wishedPeer(
  marks: Record<string, string>,
  zone: string,
  peers: readonly string[],
): { peer?: string; bad?: string } {
  const wish = marks[annotations.peer];
  if (wish === undefined || wish === zone) return {};
  return peers.includes(wish) ? { peer: wish } : { bad: wish };
}

class PeerRoom {
  readonly zone: string;
  readonly #room: ZoneRoom;
  readonly #seen: RoomSeen;
  readonly #heldOf = new Map<string, { cpuMillis: number; memoryBytes: number }>();
  /** What standbys there and jobs that were chosen ask for. */
  readonly #asked = { cpuMillis: 0, memoryBytes: 0 };

  constructor({ zone, room, standbys }: PeerSeen) {
    this.zone = zone;
    this.#seen = room;
    this.#room = new ZoneRoom(zone, room);
    for (const pod of room.nodes?.pods ?? []) this.#hold(pod);
    for (const standby of standbys) this.take(standby);
  }

  judge({ job, demand }: Asking): { fits: boolean; times: number } {
    if (!demand) return { fits: true, times: 0 };
    const verdict = this.#room.take(job, demand, false);
    if (verdict.fits) this.#room.occupy(job, demand, verdict.placements, -1);
    return { fits: verdict.fits, times: this.#times(demand) };
  }

  take({ job, demand }: Asking): void {
    if (!demand) return;
    this.#room.take(job, demand, false);
    this.#asked.cpuMillis += demand.cpuMillis;
    this.#asked.memoryBytes += demand.memoryBytes;
  }

  /** How often what is free on nodes that the job may stand on would do for it; 0 where nodes were not seen. */
  #times(demand: JobDemand): number {
    const free = { cpuMillis: -this.#asked.cpuMillis, memoryBytes: -this.#asked.memoryBytes };
    for (const node of this.#seen.nodes?.nodes ?? []) {
      if (!demand.shapes.some((shape) => mayStandOn(node, shape))) continue;
      const held = this.#heldOf.get(node.name);
      free.cpuMillis += Math.max(0, node.cpuMillis - (held?.cpuMillis ?? 0));
      free.memoryBytes += Math.max(0, node.memoryBytes - (held?.memoryBytes ?? 0));
    }
    if (!this.#seen.nodes) return 0;
    return Math.min(free.cpuMillis / Math.max(1, demand.cpuMillis), free.memoryBytes / Math.max(1, demand.memoryBytes));
  }

  #hold({ node, cpuMillis, memoryBytes, priority }: PodRequest): void {
    // Placeholders give way to the jobs that are chosen for here.
    if (priority < 0) return;
    const held = this.#heldOf.get(node) ?? { cpuMillis: 0, memoryBytes: 0 };
    held.cpuMillis += cpuMillis;
    held.memoryBytes += memoryBytes;
    this.#heldOf.set(node, held);
  }
}
