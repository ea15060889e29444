/** Who gets the room of the peer zone: the most important first, each job whole or not at all. */
import { ZoneRoom } from '../capacity/zone-room.ts';
import type { EscapeAssessment, LeftJob } from './plan.ts';
import type { Wanted } from './scope.ts';

/** Begins the reason of a job that was left because the peer zone has no room for it. */
export const noRoom = 'NoRoom: ';

/**
 * Gives room in the order of the jobs. A job that finds none is left and holds none, so that less important ones may
 * take what was too little for it; never the other way round. Without a view of the zone every job is placed: an
 * escape does not fail for want of a forecast. A twin runs already and a demand that cannot be told is not judged.
 */
export function giveRoom(
  { to, room: seen }: Pick<EscapeAssessment, 'to' | 'room'>,
  byImportance: readonly Wanted[],
): { placed: Wanted[]; short: LeftJob[] } {
  if (!seen) return { placed: [...byImportance], short: [] };
  const room = new ZoneRoom(to, seen);
  const placed: Wanted[] = [];
  const short: LeftJob[] = [];
  for (const job of byImportance) {
    const verdict = job.demand ? room.take(job, job.demand) : { fits: true as const };
    if (verdict.fits) placed.push(job);
    else {
      const { namespace, name, tier } = job;
      short.push({ namespace, name, tier, reason: `${noRoom}${verdict.missing}` });
    }
  }
  return { placed, short };
}
