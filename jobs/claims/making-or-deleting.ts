/**
 * Keeps the making of a recovery point and the deletion of old ones apart: a shipment that finds a file there and uses
 * it again must not have it deleted before its manifest names it. Each side first writes that it is at work, then looks
 * whether the other is. Whichever writes second sees the first: the maker waits, the deleter goes without. Both ages are
 * taken by the store's clock alone, from objects that it dated itself. Each side looks twice: a listing shows all who are
 * at work, and a key that both know shows the newest of them, also to who is given a listing that is old or cut off.
 */
import { createHash, randomUUID } from 'node:crypto';
import type { JobRef } from '../../model/job/job.ts';
import { storeKeys } from '../../model/store-location.ts';
import type { Clock } from '../../adapters/clock.ts';
import type { SnapshotStore, StoredObject } from '../../adapters/storage/port.ts';

/** A deletion ends itself after this long; what is left is for the next one. */
export const deletingForMs = 60_000;

/** A deleter that has not taken its mark away for so long is dead. Twice its time, for a request under way. */
export const deleterIsDeadAfterMs = 120_000;

/**
 * A maker that has not taken its announcement away for so long is dead: more than an attempt of the activity
 * `protectJob` may last. A repeated attempt dates its announcement anew.
 */
export const makerIsDeadAfterMs = 75 * 60_000;

const lookAgainMs = 500;

/** How long taking a mark away may take; one that stays grows old and counts no more. */
const withdrawDeadlineMs = 5_000;

const nothing = new Uint8Array();

/**
 * Announces that a recovery point of the job is being made, and returns once nobody deletes. Dispose it when the
 * manifest is written or the attempt is given up. `round` is the same for repeated attempts, so that the last one takes
 * the announcement of all of them away.
 */
export async function announceMaking(
  clock: Clock,
  store: SnapshotStore,
  job: JobRef,
  round: string,
  pulse: { signal: AbortSignal; sleep(ms: number): Promise<void> },
): Promise<AsyncDisposable> {
  const key = storeKeys.makingKey(job, createHash('md5').update(round).digest('hex'));
  const announce = async () => {
    await store.put(key, nothing, { signal: pulse.signal });
    await store.put(storeKeys.makerKey(job), nothing, { signal: pulse.signal });
  };
  const leave = async () => {
    await withdraw(clock, store, storeKeys.makerKey(job));
    await withdraw(clock, store, key);
  };
  await announce();
  const done = { [Symbol.asyncDispose]: leave };
  try {
    for (let waitedMs = 0; ; waitedMs += lookAgainMs) {
      const deleters = await marksOf(store, storeKeys.deletingPrefix(job), storeKeys.deleterKey(job), pulse.signal);
      if (deleters.length === 0) return done;
      const announced = await store.stat(key, pulse.signal);
      if (!announced) await announce();
      const nowMs = (announced?.modifiedAt.getTime() ?? 0) + waitedMs;
      if (deleters.every((mark) => nowMs - mark.modifiedAt.getTime() > deleterIsDeadAfterMs)) return done;
      await pulse.sleep(lookAgainMs);
    }
  } catch (error) {
    await leave();
    throw error;
  }
}

/**
 * Calls `remove` unless a recovery point of the job is being made; says which. `nowMs` is the store's own time. Marks
 * and announcements of the dead are taken away.
 */
export async function deleteUnlessMaking<T>(
  clock: Clock,
  store: SnapshotStore,
  job: JobRef,
  remove: (nowMs: number) => Promise<T>,
  signal: AbortSignal,
): Promise<{ making: true } | { making: false; value: T }> {
  const key = storeKeys.deletingKey(job, randomUUID());
  await store.put(key, nothing, { signal });
  await store.put(storeKeys.deleterKey(job), nothing, { signal });
  try {
    const mark = await store.stat(key, signal);
    // Taken away by somebody who took it for a dead one's.
    if (!mark) return { making: true };
    const nowMs = mark.modifiedAt.getTime();
    const isOlder = (ms: number) => (other: StoredObject) => nowMs - other.modifiedAt.getTime() > ms;
    const makers = await marksOf(store, storeKeys.makingPrefix(job), storeKeys.makerKey(job), signal);
    const deleters = (await store.children(storeKeys.deletingPrefix(job), signal)).objects;
    if (makers.some((maker) => !isOlder(makerIsDeadAfterMs)(maker))) return { making: true };
    for (const maker of makers) {
      // The listing may be old, and the mark renewed since.
      const now = await store.stat(maker.key, signal);
      if (now && !isOlder(makerIsDeadAfterMs)(now)) return { making: true };
      await store.delete(maker.key, signal);
    }
    for (const one of deleters.filter(isOlder(deleterIsDeadAfterMs))) await store.delete(one.key, signal);
    return { making: false, value: await remove(nowMs) };
  } finally {
    await withdraw(clock, store, storeKeys.deleterKey(job));
    await withdraw(clock, store, key);
  }
}

async function marksOf(
  store: SnapshotStore,
  folder: string,
  newestKey: string,
  signal: AbortSignal,
): Promise<StoredObject[]> {
  const [{ objects }, newest] = await Promise.all([store.children(folder, signal), store.stat(newestKey, signal)]);
  return newest ? [...objects, newest] : objects;
}

/** Takes a mark away. Not with the caller's signal: a cancelled attempt, too, should leave none. */
export async function withdraw(clock: Clock, store: SnapshotStore, key: string): Promise<void> {
  await store.delete(key, clock.timeout(withdrawDeadlineMs)).catch(() => {});
}
