/** Who gets the room of the peer zone: the most important first, each job whole or not at all. */
import { ClearRoom, type ClearedVictim } from '../capacity/clear-room.ts';
import type { EscapeAssessment, LeftJob } from './plan-types.ts';
import { routeOf } from './route.ts';
import type { Wanted } from './scope.ts';

/** A job that will have room. */
export interface Placed extends Wanted {
  /** True if its room is there only once P3 jobs of the peer zone ended. */
  waits: boolean;
}

/**
 * Gives room in the order of the jobs. A job that finds none is left and holds none, so that less important ones may
 * take what was too little for it; never the other way round. P0 to P2 may take the room of P3 jobs that run in the
 * peer zone; a P3 comes only if room is left. Without a view of the zone every job is placed: an escape does not fail
 * for want of a forecast. A twin runs already and a demand that cannot be told is not judged.
 */
export function giveRoom(
  { to, room: seen, running }: Pick<EscapeAssessment, 'to' | 'room' | 'running'>,
  byImportance: readonly Wanted[],
): { placed: Placed[]; short: LeftJob[]; victims: ClearedVictim[] } {
  if (!seen) return { placed: byImportance.map((job) => ({ ...job, waits: false })), short: [], victims: [] };
  const room = new ClearRoom(to, seen, running ?? []);
  const placed: Placed[] = [];
  const short: LeftJob[] = [];
  const give = (jobs: readonly Wanted[], mayClear: boolean) => {
    for (const job of jobs) {
      const verdict = job.demand ? room.take(job, job.demand, mayClear) : { waits: false };
      if ('waits' in verdict) placed.push({ ...job, waits: verdict.waits });
      else {
        const { namespace, name, tier } = job;
        short.push({ namespace, name, ...routeOf(job), tier, code: 'NoRoom', message: verdict.missing });
      }
    }
  };
  const above = byImportance.filter(({ tier }) => tier !== 'P3');
  give(above, true);
  // Before P3 jobs of the lost zone can settle where nobody needs to have left.
  room.spare();
  give(
    byImportance.filter(({ tier }) => tier === 'P3'),
    false,
  );
  return { placed, short, victims: room.victims() };
}
