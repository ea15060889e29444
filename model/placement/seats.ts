/**
 * Which peer of a zone holds the standby of each of its jobs, as it is noted in the stores of all its peers. Only a
 * zone with several peers has such notes: an escape that one of them does not answer reads from the others which jobs
 * it has to leave, and that it may start none of these from an older standby.
 */
import { jobKey, type JobRef } from '../job/job.ts';

export interface Seat {
  job: JobRef;
  peer: string;
  /** When it was noted: of several notes the newest counts. */
  atMs: number;
}

/** The note in the key of an object below `seatsPrefix`; undefined for any other key. */
export function seatOfKey(key: string): Seat | undefined {
  const [folder, home, namespace, name, note, ...more] = key.split('/');
  const [, at, peer] = /^([1-9]\d{0,14})\.([^/]+)$/.exec(note ?? '') ?? [];
  if (folder !== 'seats' || !home || !namespace || !name || at === undefined || peer === undefined || more.length > 0)
    return undefined;
  return { job: { namespace, name }, peer, atMs: Number(at) };
}

/** The newest note of each job, by `namespace/name`. */
export function newestSeats(seats: Iterable<Seat>): Map<string, Seat> {
  const newest = new Map<string, Seat>();
  for (const seat of seats) {
    const known = newest.get(jobKey(seat.job));
    // Of two at the same moment every reader must take the same one.
    if (!known || seat.atMs > known.atMs || (seat.atMs === known.atMs && seat.peer > known.peer)) {
      newest.set(jobKey(seat.job), seat);
    }
  }
  return newest;
}
