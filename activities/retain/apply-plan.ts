/**
 * Does what retention decided, so that it may be killed between any two steps: tombstone, then the manifest goes (from
 * then on nothing restores from it), then the files, then the folder, the tombstone last. A repeat goes on from there.
 */
import type { JobRef } from '../../model/job.ts';
import type { ExpiredPoint, RetentionPlan } from '../../model/retention/types.ts';
import { storeKeys } from '../../model/store-location.ts';
import { forEachAtOnce } from '../at-once.ts';
import type { SnapshotStore } from '../storage/port.ts';
import { maxManifestBytes } from '../storage/recovery-points.ts';

/** Objects deleted at once: the store serves the jobs of the whole zone. */
const deletedAtOnce = 8;

export interface Deletion {
  store: SnapshotStore;
  job: JobRef;
  signal: AbortSignal;
  /** True when no further request may be sent. */
  isOver(): boolean;
  /** Hears of each file that is gone. */
  deleted(file: { key: string; sizeBytes: number }, of: ExpiredPoint | undefined): void;
}

/** True when all of the plan was done; false when time ran out first. */
export async function applyPlan(plan: RetentionPlan, hulls: readonly string[], run: Deletion): Promise<boolean> {
  const { store, job, signal } = run;
  for (const { id, revive } of plan.keep) {
    if (revive && !run.isOver()) await store.delete(storeKeys.tombstoneKey(job, id), signal);
  }
  for (const point of plan.expire) if (!run.isOver()) await bury(point, run);
  for (const point of plan.expire) {
    if (!run.isOver()) await deleteFiles(point.files, point, run);
    for (const folder of point.folders) if (!run.isOver()) await store.removeFolder(folder, signal);
    if (!run.isOver()) await removePoint(point.id, run);
  }
  for (const id of hulls) if (!run.isOver()) await removePoint(id, run);
  await deleteFiles(plan.orphans, undefined, run);
  for (const folder of plan.orphanFolders) if (!run.isOver()) await store.removeFolder(folder, signal);
  return !run.isOver();
}

async function bury({ id, tombstone }: ExpiredPoint, { store, job, signal }: Deletion): Promise<void> {
  const manifestKey = storeKeys.recoveryPointKey(job, id);
  if (!tombstone) {
    const manifest = await store.read(manifestKey, { maxBytes: maxManifestBytes, signal });
    if (manifest) await store.put(storeKeys.tombstoneKey(job, id), manifest, { signal });
  }
  await store.delete(manifestKey, signal);
}

function deleteFiles(
  files: readonly { key: string; sizeBytes: number }[],
  of: ExpiredPoint | undefined,
  run: Deletion,
): Promise<void> {
  return forEachAtOnce(files, deletedAtOnce, async (file) => {
    if (run.isOver()) return;
    await run.store.delete(file.key, run.signal);
    run.deleted(file, of);
  });
}

/** What lies beside the manifest: marks of checks, and last the tombstone, which a repeat needs until all else is gone. */
async function removePoint(id: string, { store, job, signal }: Deletion): Promise<void> {
  const folder = storeKeys.recoveryPointPrefix(job, id);
  const tombstone = storeKeys.tombstoneKey(job, id);
  for await (const { key } of store.list(folder, signal)) if (key !== tombstone) await store.delete(key, signal);
  await store.delete(tombstone, signal);
  await store.removeFolder(folder, signal);
}
