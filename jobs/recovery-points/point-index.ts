/**
 * Which recovery points of a job were made and not yet deleted, in one object that is read by its key. Listings may be
 * cut off, empty or old; what no listing shows but the index names is asked for by key before anything is deleted.
 *
 * An id stands in the index before its manifest is written, and until all of it is gone. The index may name more than
 * there is (somebody died in between); it never names less, as long as makers and deleters keep apart.
 */
import * as z from 'zod';
import type { JobRef } from '../../model/job/job.ts';
import { storeKeys } from '../../model/store-keys.ts';
import { OutsideFailure } from '../../adapters/failure.ts';
import type { SnapshotStore } from '../../adapters/storage/port.ts';

/** Some 100,000 ids: more than any policy keeps. */
const maxIndexBytes = 4 << 20;

const indexSchema = z.object({ schema: z.literal(1), ids: z.array(z.string().regex(/^[\w-]{1,64}$/)) });

/** Undefined when there is none, or none that can be read: then nobody knows what a listing leaves out. */
export async function readPointIndex(
  store: SnapshotStore,
  job: JobRef,
  signal?: AbortSignal,
): Promise<Set<string> | undefined> {
  const key = storeKeys.pointIndexKey(job);
  const bytes = await store.read(key, { maxBytes: maxIndexBytes, ...(signal ? { signal } : {}) });
  if (!bytes) return undefined;
  try {
    const parsed = indexSchema.safeParse(JSON.parse(new TextDecoder().decode(bytes)));
    return parsed.success ? new Set(parsed.data.ids) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Call it before anything of a recovery point is written: leftovers of a job without an index are never deleted.
 * `listed`: what the first index of a job begins with.
 */
export async function beginPointIndex(
  store: SnapshotStore,
  job: JobRef,
  listed: () => Promise<readonly string[]>,
  signal: AbortSignal,
): Promise<void> {
  if (!(await readPointIndex(store, job, signal))) await write(store, job, await listed(), signal);
}

/** Call it before the manifest is written. */
export async function addToPointIndex(
  store: SnapshotStore,
  job: JobRef,
  id: string,
  signal: AbortSignal,
): Promise<void> {
  const ids = await readPointIndex(store, job, signal);
  if (!ids) {
    const message = `${store.description}: ${storeKeys.pointIndexKey(job)} was there at the beginning of the round, and cannot be read now.`;
    throw new OutsideFailure('BadAnswer', store.description, message);
  }
  if (!ids.has(id)) await write(store, job, [...ids, id], signal);
}

/** Call it when nothing of these recovery points is left. */
export async function takeFromPointIndex(
  store: SnapshotStore,
  job: JobRef,
  gone: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<void> {
  const ids = await readPointIndex(store, job, signal);
  if (!ids || ![...ids].some((id) => gone.has(id))) return;
  const left = [...ids].filter((id) => !gone.has(id));
  await write(store, job, left, signal);
}

async function write(store: SnapshotStore, job: JobRef, ids: readonly string[], signal: AbortSignal): Promise<void> {
  const json = JSON.stringify({ schema: 1, ids: ids.toSorted() });
  const bytes = new TextEncoder().encode(json);
  await store.put(storeKeys.pointIndexKey(job), bytes, { contentType: 'application/json', signal });
}
