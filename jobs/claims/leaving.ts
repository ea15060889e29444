/**
 * Keeps a copy of a jar from being deleted while a round is about to name it. Jobs share copies, so there is always some
 * round under way, and nobody can wait until there is none. Instead a copy is marked long before it goes: longer than a
 * round lasts. A round that sees the mark makes it young, waits for whoever may have seen it old, and takes it away.
 */
import { randomUUID } from 'node:crypto';
import { storeKeys } from '../../model/store-keys.ts';
import { deleterIsDeadAfterMs, makerIsDeadAfterMs, withdraw } from './making-or-deleting.ts';
import type { Clock } from '../../adapters/clock.ts';
import type { SnapshotStore, StoredObject } from '../../adapters/storage/port.ts';
import type { Pulse } from '../../adapters/ports.ts';

/** A round that did not see the mark has ended when it is so old, or is dead. */
export const leavingForMs = makerIsDeadAfterMs + 5 * 60_000;

const lookAgainMs = 500;

const nothing = new Uint8Array();

/**
 * For a round, before it looks whether the copy is there: from then on it may count on what it finds, until it has
 * written its manifest.
 */
export async function stopLeaving(
  store: SnapshotStore,
  sha256: string,
  { signal, sleep }: Pick<Pulse, 'signal' | 'sleep'>,
): Promise<void> {
  const key = storeKeys.leavingCopyKey(sha256);
  if (!(await store.stat(key, signal))) return;
  // Not taken away yet: a second round that finds none would not wait, while a deleter acts on the old one.
  await markLeaving(store, sha256, signal);
  await untilNobodyDeletes(store, { signal, sleep });
  await store.delete(key, signal);
}

/** Who begins to delete after a mark was made young leaves its copy. Who began before ends itself within this time. */
async function untilNobodyDeletes(
  store: SnapshotStore,
  { signal, sleep }: Pick<Pulse, 'signal' | 'sleep'>,
): Promise<void> {
  for (let waitedMs = 0; waitedMs < deleterIsDeadAfterMs; waitedMs += lookAgainMs) {
    const { objects } = await store.children(storeKeys.deletingCopiesPrefix, signal);
    if (objects.length === 0) return;
    await sleep(lookAgainMs);
  }
}

/** What somebody who announced that he deletes copies learned by it. */
export interface Deleting {
  /** The store's own time. */
  nowMs: number;
  /** Nobody else is at it. He who is not alone must not delete: the other may take a mark away that still warns of him. */
  alone: boolean;
}

/** For who deletes copies: announces it while `work` runs. Announcements of the dead are taken away. */
export async function whileDeletingCopies<T>(
  clock: Clock,
  store: SnapshotStore,
  work: (deleting: Deleting) => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  const key = storeKeys.deletingCopiesKey(randomUUID());
  await store.put(key, nothing, { signal });
  try {
    const { objects } = await store.children(storeKeys.deletingCopiesPrefix, signal);
    const own = objects.find((one) => one.key === key);
    const nowMs = own?.modifiedAt.getTime() ?? 0;
    const isDead = (one: StoredObject) => nowMs - one.modifiedAt.getTime() > deleterIsDeadAfterMs;
    for (const one of objects) if (isDead(one)) await store.delete(one.key, signal);
    // An announcement that is not there was taken for a dead one's.
    const alone = own !== undefined && objects.every((one) => one === own || isDead(one));
    return await work({ nowMs, alone });
  } finally {
    await withdraw(clock, store, key);
  }
}

export async function markLeaving(store: SnapshotStore, sha256: string, signal: AbortSignal): Promise<void> {
  await store.put(storeKeys.leavingCopyKey(sha256), nothing, { signal });
}

/** When each mark was written, by digest. */
export async function leavingMarks(store: SnapshotStore, signal: AbortSignal): Promise<Map<string, number>> {
  const { objects } = await store.children(storeKeys.leavingCopiesPrefix, signal);
  return new Map(objects.map(({ key, modifiedAt }) => [key.slice(key.lastIndexOf('/') + 1), modifiedAt.getTime()]));
}
