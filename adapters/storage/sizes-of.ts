/** Sees many files of a store with few requests. */
import { forEachAtOnce } from '../at-once.ts';
import type { SnapshotStore } from './port.ts';

/**
 * Other files than the wanted ones that a listing may bring before it is given up. Shipped checkpoints share a folder
 * with all others of their job; there, asking for each file is dearer than a listing only up to some size.
 */
const mostStrangers = 4_000;

/** Files asked for one by one, at once. */
const askedAtOnce = 8;

/** Sizes of those of the files that are there. Lists their folders, and asks for what that did not show. */
export async function sizesOf(
  store: SnapshotStore,
  keys: Iterable<string>,
  signal?: AbortSignal,
): Promise<Map<string, number>> {
  const wanted = new Set(keys);
  const sizes = new Map<string, number>();
  const unseen = new Set<string>();
  const folders = new Set([...wanted].map((key) => key.slice(0, key.lastIndexOf('/') + 1)));
  for (const folder of topmost(folders)) {
    const complete = await listWanted(store, folder, wanted, sizes, signal);
    if (complete) continue;
    for (const key of wanted) if (key.startsWith(folder) && !sizes.has(key)) unseen.add(key);
  }
  await forEachAtOnce([...unseen], askedAtOnce, async (key) => {
    const found = await store.stat(key, signal);
    if (found) sizes.set(key, found.sizeBytes);
  });
  return sizes;
}

/**
 * The same for files of which each must be there with at least its size: what a listing does not show, or shows shorter,
 * is asked for by its key, so that nobody calls a snapshot incomplete on the word of a listing.
 */
export async function provenSizes(
  store: SnapshotStore,
  files: readonly { key: string; sizeBytes: number }[],
  signal?: AbortSignal,
): Promise<Map<string, number>> {
  const keys = files.map(({ key }) => key);
  const sizes = await sizesOf(store, keys, signal);
  const doubtful = new Set(files.flatMap(({ key, sizeBytes }) => ((sizes.get(key) ?? -1) < sizeBytes ? [key] : [])));
  await forEachAtOnce([...doubtful], askedAtOnce, async (key) => {
    const found = await store.stat(key, signal);
    if (found) sizes.set(key, found.sizeBytes);
    else sizes.delete(key);
  });
  return sizes;
}

/** False if it was given up before its end. */
async function listWanted(
  store: SnapshotStore,
  folder: string,
  wanted: ReadonlySet<string>,
  sizes: Map<string, number>,
  signal?: AbortSignal,
): Promise<boolean> {
  let strangers = 0;
  for await (const { key, sizeBytes } of store.list(folder, signal)) {
    if (wanted.has(key)) sizes.set(key, sizeBytes);
    else if (++strangers > mostStrangers) return false;
  }
  return true;
}

/** Folders that lie in no other one of the set: each file is then listed once. */
function topmost(folders: ReadonlySet<string>): string[] {
  return [...folders].filter((folder) => ![...folders].some((other) => other !== folder && folder.startsWith(other)));
}
