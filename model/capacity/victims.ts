/**
 * Room that is made for one job by ending others. Which: those of the least total weight; of as much, the fewest; of
 * as many, the cheapest; and none of them that could go on beside the job.
 */
import type { JobRef } from '../job/job.ts';
import type { Placement } from './node-room.ts';
import type { JobDemand } from './types.ts';
import type { RunningJob, ZoneRoom } from './zone-room.ts';

export interface Victim extends RunningJob {
  weight: number;
  /** As `costOf` counts. */
  cost: number;
}

export interface Cleared {
  victims: Victim[];
  placements: Placement[];
}

/**
 * Finds who must end so that the job fits, and leaves the room as it was.
 * @param byHarm those who may end, the least harmful first
 */
export function chooseVictims(
  room: ZoneRoom,
  job: JobRef,
  demand: JobDemand,
  byHarm: readonly Victim[],
): Cleared | undefined {
  const several = severalFor(room, job, demand, byHarm);
  if (!several || several.victims.length === 0) return several;
  const one = oneFor(room, job, demand, byHarm);
  return one && lessHarm(one.victims, several.victims) ? one : several;
}

/** The least harmful job that alone is enough. */
function oneFor(room: ZoneRoom, job: JobRef, demand: JobDemand, byHarm: readonly Victim[]): Cleared | undefined {
  const now = room.take(job, demand, false);
  if (now.fits) return undefined;
  for (const victim of byHarm) {
    // Cheap looks first: a trial with a take for each of thousands would be most of the plan's time.
    const { short } = now;
    const mayDo = short
      ? room.gain(victim, short.shape) >= short.shape.count - short.placed
      : victim.namespace === job.namespace;
    if (!mayDo) continue;
    room.release(victim);
    const taken = room.take(job, demand, false);
    if (taken.fits) room.occupy(job, demand, taken.placements, -1);
    room.hold(victim);
    if (taken.fits) return { victims: [victim], placements: taken.placements };
  }
  return undefined;
}

/** Ends one after another, the least harmful first, until the job fits; then lets those go on that still can. */
function severalFor(room: ZoneRoom, job: JobRef, demand: JobDemand, byHarm: readonly Victim[]): Cleared | undefined {
  const ended: Victim[] = [];
  let taken = room.take(job, demand, false);
  let gained = 0;
  for (const victim of byHarm) {
    if (taken.fits) break;
    const { short } = taken;
    if (short) gained += room.gain(victim, short.shape);
    room.release(victim);
    ended.push(victim);
    const worthATry = short ? gained >= short.shape.count - short.placed : victim.namespace === job.namespace;
    if (!worthATry) continue;
    taken = room.take(job, demand, false);
    gained = 0;
  }
  // With all of them gone, whatever was reckoned on the way.
  if (!taken.fits) taken = room.take(job, demand, false);
  const victims = taken.fits ? ended.toReversed().filter((victim) => !room.keep(victim)) : ended;
  if (taken.fits) room.occupy(job, demand, taken.placements, -1);
  for (const victim of victims) room.hold(victim);
  return taken.fits ? { victims: victims.toReversed(), placements: taken.placements } : undefined;
}

function lessHarm(one: readonly Victim[], other: readonly Victim[]): boolean {
  const [a, b] = [harmOf(one), harmOf(other)];
  return (a.weight - b.weight || a.count - b.count || a.cost - b.cost) < 0;
}

function harmOf(victims: readonly Victim[]) {
  return {
    // A weight below zero is a wish to come last, no reason to end more jobs.
    weight: victims.reduce((sum, { weight }) => sum + Math.max(0, weight), 0),
    count: victims.length,
    cost: victims.reduce((sum, { cost }) => sum + cost, 0),
  };
}
