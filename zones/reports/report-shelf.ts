/**
 * Where an escape keeps its plan, what became of its batches, and its report: the store of the zone that takes the jobs.
 * With several peers any of them will do, so that one that dies meanwhile takes nothing of it away from the others.
 */
import { OutsideFailure } from '../../adapters/failure.ts';
import type { SnapshotStore } from '../../adapters/storage/port.ts';
import { type Clock, type Configured, defaultStore, type Logging, type Stores } from '../../adapters/ports.ts';
import type { SettledMove } from '../../model/move/move.ts';

/** How long one store is waited for before the next one is asked as well. */
const patienceMs = 1_000;

/** How long a store may take to refuse or take an object while there is another one left. */
const putMs = 5_000;

/** The store that keeps plans and reports of escapes into a zone. */
export function reportStore(ports: Configured & Stores, to: string): SnapshotStore {
  return defaultStore(ports, to);
}

/** Undefined if none of those that answer has it. @throws OutsideFailure if one did not answer, and no other has it */
export async function readShelved(
  ports: Configured & Stores & Clock,
  move: SettledMove,
  key: string,
  options: { maxBytes: number; signal: AbortSignal },
): Promise<Uint8Array | undefined> {
  const shelves = move.reachable.answer;
  if (shelves.length === 1) return reportStore(ports, shelves[0]!).read(key, options);
  const over = new AbortController();
  const signal = AbortSignal.any([options.signal, over.signal]);
  const found = Promise.withResolvers<Uint8Array>();
  const reads: Promise<'nothing' | { failure: unknown }>[] = [];
  try {
    for (const zone of shelves) {
      const read = reportStore(ports, zone)
        .read(key, { ...options, signal })
        .then((bytes) => (bytes && found.resolve(bytes), 'nothing' as const))
        .catch((failure: unknown) => ({ failure }));
      reads.push(read);
      // The next one is asked as soon as this one has nothing, fails, or takes too long.
      const first = await Promise.race([found.promise, read, patience(ports, signal)]);
      if (first instanceof Uint8Array) return first;
    }
    const all = Promise.all(reads).then((ends) => ends.find((end) => end !== 'nothing'));
    const last = await Promise.race([found.promise, all]);
    if (last instanceof Uint8Array || last === undefined) return last;
    throw last.failure;
  } finally {
    over.abort();
  }
}

/** Writes it to the first that takes it. @throws OutsideFailure of the last if none does */
export async function shelve(
  ports: Configured & Stores & Clock,
  move: SettledMove,
  key: string,
  bytes: Uint8Array,
  options: { contentType: string; signal: AbortSignal },
): Promise<SnapshotStore> {
  const shelves = move.reachable.answer;
  for (const [index, zone] of shelves.entries()) {
    const store = reportStore(ports, zone);
    const isLast = index === shelves.length - 1;
    const signal = isLast ? options.signal : AbortSignal.any([options.signal, ports.timeout(putMs)]);
    try {
      await store.put(key, bytes, { ...options, signal });
      return store;
    } catch (error) {
      options.signal.throwIfAborted();
      if (isLast || !(error instanceof OutsideFailure || signal.aborted)) throw error;
    }
  }
  throw new Error(`the move out of ${move.zone} has no zone to keep its report`);
}

/** The same, bound to one escape: what a verb on one job is handed, which knows of no zone's archive. */
export function archiveOf(ports: Configured & Stores & Clock, move: SettledMove) {
  return {
    read: (key: string, options: { maxBytes: number; signal: AbortSignal }) => readShelved(ports, move, key, options),
    keep: (key: string, bytes: Uint8Array, options: { contentType: string; signal: AbortSignal }) =>
      shelve(ports, move, key, bytes, options),
  };
}

/** Copies to the other peers what was kept in the first. One that takes no copy is the worse for it, and no other. */
export async function copyToOthers(
  ports: Configured & Stores & Logging & Clock,
  move: SettledMove,
  key: string,
  bytes: Uint8Array,
  options: { contentType: string; signal: AbortSignal },
): Promise<void> {
  if (move.reachable.answer.length === 1) return;
  const signal = AbortSignal.any([options.signal, ports.timeout(putMs)]);
  await Promise.all(
    move.reachable.answer.slice(1).map(async (zone) => {
      try {
        await reportStore(ports, zone).put(key, bytes, { ...options, signal });
      } catch (error) {
        options.signal.throwIfAborted();
        if (!(error instanceof OutsideFailure || signal.aborted)) throw error;
        ports.log.warn({ zone, incident: move.incident }, `the plan was not copied to ${zone}`);
      }
    }),
  );
}

/** Its end, or that nothing is waited for any more. */
function patience(clock: Clock, signal: AbortSignal): Promise<void> {
  return clock.sleep(patienceMs, signal).catch(() => {});
}
