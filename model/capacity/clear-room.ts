/** The room of the peer zone, where P3 jobs that run there may have to end for jobs that matter more. */
import { costOf } from './demand.ts';
import type { Placement } from './node-room.ts';
import type { JobDemand, PodRequest } from './types.ts';
import { chooseVictims, type Victim } from './victims.ts';
import { quotaMark, ZoneRoom, type RoomSeen } from './zone-room.ts';
import { jobKey, type JobRef } from '../job/job.ts';
import { type FlinkDeployment, jobOf } from '../job/flink-deployment.ts';
import { annotations, labels } from '../job/marks.ts';
import { compareText, weightOf } from '../job/importance.ts';

/** A P3 job of the peer zone that must end before jobs of the lost zone have room. */
export interface ClearedVictim extends JobRef {
  /** Keys of the jobs that stand, wholly or partly, where it stands now; never none. */
  makesRoomFor: string[];
}

interface Given {
  /** True if the room is there only once somebody ended. */
  waits: boolean;
  placements: Placement[];
}

export class ClearRoom {
  /** What was planned so far: those who were chosen to end are gone. */
  readonly #planned: ZoneRoom;
  /** The same, but all who may end are gone: what does not fit here never will. */
  readonly #most: ZoneRoom;
  /** The same, but all of them still run: what does not fit here has to wait for them. */
  readonly #now: ZoneRoom;
  #byHarm: Victim[];
  #chosen: Victim[] = [];
  /** By node, or by the mark of quotas: keys of the jobs that wait for room there. */
  readonly #waiting = new Map<string, string[]>();

  constructor(zone: string, seen: RoomSeen, running: readonly FlinkDeployment[]) {
    this.#planned = new ZoneRoom(zone, seen);
    this.#most = new ZoneRoom(zone, seen);
    this.#now = new ZoneRoom(zone, seen);
    this.#byHarm = whoMayEnd(zone, running, seen.nodes?.pods ?? []);
    for (const victim of this.#byHarm) this.#most.release(victim);
  }

  /**
   * Takes room for a job, and ends others for it if `mayClear` and that helps; else says in a sentence what is
   * missing.
   */
  take(job: JobRef, demand: JobDemand, mayClear: boolean): Given | { missing: string } {
    const taken = this.#planned.take(job, demand, false);
    const placements = taken.fits ? taken.placements : mayClear ? this.#clearFor(job, demand) : undefined;
    if (!placements) {
      const explained = this.#planned.take(job, demand);
      return { missing: explained.fits ? '' : explained.missing };
    }
    this.#most.occupy(job, demand, placements);
    this.#now.occupy(job, demand, placements);
    const where = this.#now.overfull(
      job.namespace,
      placements.map(({ node }) => node),
    );
    for (const place of where) {
      const known = this.#waiting.get(place);
      if (known) known.push(jobKey(job));
      else this.#waiting.set(place, [jobKey(job)]);
    }
    return { waits: where.length > 0, placements };
  }

  /** Lets those go on whose room nobody needs any more, because a later choice freed enough beside them. */
  spare(): void {
    this.#chosen = this.#chosen
      .toSorted(byHarm)
      .toReversed()
      .filter((victim) => !this.#planned.keep(victim));
  }

  /** Who must end, and for whom; by name. */
  victims(): ClearedVictim[] {
    return this.#chosen
      .map(({ namespace, name, pods }) => {
        const standsOn = new Set([...pods.map(({ node }) => node), quotaMark(namespace)]);
        const helped = [...standsOn].flatMap((place) => this.#waiting.get(place) ?? []);
        return { namespace, name, makesRoomFor: [...new Set(helped)] };
      })
      .toSorted((a, b) => compareText(jobKey(a), jobKey(b)));
  }

  #clearFor(job: JobRef, demand: JobDemand): Placement[] | undefined {
    if (this.#byHarm.length === 0) return undefined;
    const atMost = this.#most.take(job, demand, false);
    if (!atMost.fits) return undefined;
    this.#most.occupy(job, demand, atMost.placements, -1);
    const cleared = chooseVictims(this.#planned, job, demand, this.#byHarm);
    if (!cleared) return undefined;
    const ended = new Set(cleared.victims);
    for (const victim of cleared.victims) this.#planned.release(victim);
    this.#planned.occupy(job, demand, cleared.placements);
    this.#chosen.push(...cleared.victims);
    this.#byHarm = this.#byHarm.filter((victim) => !ended.has(victim));
    return cleared.placements;
  }
}

/** P3 jobs that run in the zone with pods on its nodes, the least harmful first. */
function whoMayEnd(zone: string, running: readonly FlinkDeployment[], pods: readonly PodRequest[]): Victim[] {
  const podsOf = Map.groupBy(pods, ({ job }) => job);
  return running
    .filter((deployment) => mayBePreempted(deployment, zone))
    .flatMap((deployment) => {
      const own = podsOf.get(jobKey(jobOf(deployment))) ?? [];
      if (own.length === 0) return [];
      const { weight } = weightOf(deployment.metadata.annotations ?? {});
      return [{ ...jobOf(deployment), pods: own, weight, cost: own.reduce((sum, pod) => sum + costOf(pod), 0) }];
    })
    .toSorted(byHarm);
}

/** True for a P3 job that runs in the zone and is meant to: the only ones that give up their room for others. */
export function mayBePreempted({ metadata, spec }: FlinkDeployment, zone: string): boolean {
  const role = metadata.labels?.[labels.role] ?? 'active';
  const activeZone = metadata.annotations?.[annotations.activeZone] ?? zone;
  const runs = spec.job !== undefined && spec.job.state !== 'suspended' && metadata.deletionTimestamp === undefined;
  // One that an earlier escape gave up is a job that this escape may try again.
  const isWell = metadata.annotations?.[annotations.failed] === undefined;
  return metadata.labels?.[labels.tier] === 'P3' && role === 'active' && activeZone === zone && runs && isWell;
}

function byHarm(a: Victim, b: Victim): number {
  return a.weight - b.weight || a.cost - b.cost || compareText(jobKey(a), jobKey(b));
}
