/** Sees many files of a store with few requests. */
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
  const queue = [...unseen];
  await Promise.all(
    Array.from({ length: Math.min(askedAtOnce, queue.length) }, async () => {
      for (let key = queue.shift(); key !== undefined; key = queue.shift()) {
        const found = await store.stat(key, signal);
        if (found) sizes.set(key, found.sizeBytes);
      }
    }),
  );
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
