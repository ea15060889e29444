/** The notes of which peer holds the standby of each job of a zone, in its peers' first stores, whichever store a job has. */
import { newestSeats, seatOfKey, type Seat } from '../../model/placement/seats.ts';
import type { JobRef } from '../../model/job/job.ts';
import { storeKeys } from '../../model/store-keys.ts';
import { OutsideFailure } from '../../adapters/failure.ts';
import { type Configured, defaultStore, type Logging, type Stores } from '../../adapters/ports.ts';
import type { SnapshotStore } from '../../adapters/storage/port.ts';

/** The newest note of every job of the zone that any of the peers has. @throws OutsideFailure */
export async function readSeats(
  ports: Configured & Stores,
  home: string,
  peers: readonly string[],
  signal: AbortSignal,
): Promise<Map<string, Seat>> {
  const read = async (peer: string) => seatsBelow(defaultStore(ports, peer), `${storeKeys.seatsPrefix(home)}/`, signal);
  return newestSeats((await Promise.all(peers.map(read))).flat());
}

/** The newest note of one job that those of the peers have that answer. */
export async function readSeat(
  ports: Configured & Stores,
  home: string,
  job: JobRef,
  peers: readonly string[],
  signal: AbortSignal,
): Promise<Seat | undefined> {
  const prefix = `${storeKeys.jobSeatsPrefix(home, job)}/`;
  const read = async (peer: string) => await seatsBelow(defaultStore(ports, peer), prefix, signal);
  const settled = await Promise.allSettled(peers.map(read));
  for (const one of settled) {
    if (one.status === 'rejected' && !(one.reason instanceof OutsideFailure)) throw one.reason;
  }
  const found = settled.flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
  return [...newestSeats(found).values()][0];
}

/**
 * Notes in the stores of all peers that the job's standby is in one of them. Those in `must` have to take the note.
 * @throws OutsideFailure of one of these
 */
export async function noteSeat(
  ports: Configured & Stores & Logging,
  home: string,
  { job, peer, atMs }: Seat,
  peers: readonly string[],
  must: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const write = async (holder: string) => {
    const store = defaultStore(ports, holder);
    const before = await seatsBelow(store, `${storeKeys.jobSeatsPrefix(home, job)}/`, signal);
    await store.put(storeKeys.seatKey(home, job, { peer, atMs }), new TextEncoder().encode(peer), { signal });
    for (const old of before) {
      if (old.atMs < atMs) await store.delete(storeKeys.seatKey(home, job, old), signal);
    }
  };
  const settled = await Promise.allSettled(peers.map(write));
  for (const [index, one] of settled.entries()) {
    if (one.status === 'fulfilled') continue;
    const isOutside = one.reason instanceof OutsideFailure;
    if (!isOutside || must.includes(peers[index]!)) throw one.reason;
    ports.log.warn({ zone: peers[index] }, `where a standby is was not noted there: ${one.reason.message}`);
  }
}

/** Best effort: a note of a job that is gone only makes the report of an escape longer. */
export async function forgetSeat(
  ports: Configured & Stores,
  home: string,
  job: JobRef,
  peers: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const clear = async (peer: string) => {
    const store = defaultStore(ports, peer);
    for (const one of await seatsBelow(store, `${storeKeys.jobSeatsPrefix(home, job)}/`, signal)) {
      await store.delete(storeKeys.seatKey(home, job, one), signal);
    }
  };
  for (const one of await Promise.allSettled(peers.map(clear))) {
    if (one.status === 'rejected' && !(one.reason instanceof OutsideFailure)) throw one.reason;
  }
}

async function seatsBelow(store: SnapshotStore, prefix: string, signal: AbortSignal): Promise<Seat[]> {
  const found: Seat[] = [];
  for await (const { key } of store.list(prefix, signal)) {
    const seat = seatOfKey(key);
    if (seat) found.push(seat);
  }
  return found;
}
