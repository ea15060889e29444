/**
 * Does what retention decided, so that it may be killed between any two steps: tombstone, then the manifest goes (from
 * then on nothing restores from it), then the files, then the folder, the tombstone last. A repeat goes on from there.
 */
import type { JobRef } from '../../model/job/job.ts';
import type { ExpiredPoint, RetentionPlan } from '../../model/recovery/retention/types.ts';
import { storeKeys } from '../../model/store-location.ts';
import { forEachAtOnce } from '../../adapters/at-once.ts';
import { takeFromPointIndex } from '../recovery-points/point-index.ts';
import type { SnapshotStore } from '../../adapters/storage/port.ts';
import { maxManifestBytes } from '../recovery-points/recovery-points.ts';

/** Objects deleted at once: the store serves the jobs of the whole zone. */
const deletedAtOnce = 8;

export interface Deletion {
  store: SnapshotStore;
  job: JobRef;
  signal: AbortSignal;
  /** True when no further request may be sent. */
  isOver(): boolean;
  /** The store's own time, and the age from which a file that nobody names is a leftover. */
  nowMs: number;
  orphanAgeMs: number;
  /** Hears of each recovery point that nothing can be restored from any more. */
  expired(point: ExpiredPoint): void;
  /** Hears of each file that is gone. */
  deleted(file: { key: string; sizeBytes: number }, of: ExpiredPoint | undefined): void;
}

/** What goes with the plan and is no recovery point. */
export interface Remains {
  /** Ids of folders without manifest and tombstone. */
  hulls: readonly string[];
  /** Ids that only the index names. */
  unwritten: readonly string[];
}

/** True when all of the plan was done; false when time ran out first. */
export async function applyPlan(plan: RetentionPlan, remains: Remains, run: Deletion): Promise<boolean> {
  const { store, job, signal } = run;
  for (const { id, revive } of plan.keep) {
    if (revive && !run.isOver()) await store.delete(storeKeys.tombstoneKey(job, id), signal);
  }
  for (const point of plan.expire) if (!run.isOver()) await bury(point, run);
  const gone = new Set(remains.unwritten);
  for (const point of plan.expire) {
    if (!run.isOver()) await deleteFiles(point.files, point, run);
    for (const folder of point.folders) if (!run.isOver()) await store.removeFolder(folder, signal);
    if (run.isOver()) continue;
    await removePoint(point.id, run);
    gone.add(point.id);
  }
  for (const id of remains.hulls) if (!run.isOver() && (await removeHull(id, run))) gone.add(id);
  await deleteFiles(plan.orphans, undefined, run);
  for (const folder of plan.orphanFolders) if (!run.isOver()) await store.removeFolder(folder, signal);
  if (!run.isOver()) await takeFromPointIndex(store, job, gone, signal);
  return !run.isOver();
}

async function bury(point: ExpiredPoint, { store, job, signal, expired }: Deletion): Promise<void> {
  const { id, tombstone } = point;
  const manifestKey = storeKeys.recoveryPointKey(job, id);
  if (!tombstone) {
    const manifest = await store.read(manifestKey, { maxBytes: maxManifestBytes, signal });
    if (manifest) await store.put(storeKeys.tombstoneKey(job, id), manifest, { signal });
  }
  await store.delete(manifestKey, signal);
  expired(point);
}

function deleteFiles(
  files: readonly { key: string; sizeBytes: number }[],
  of: ExpiredPoint | undefined,
  run: Deletion,
): Promise<void> {
  return forEachAtOnce(files, deletedAtOnce, async (file) => {
    if (run.isOver()) return;
    // That nobody names a file says a manifest; how old it is says only the file itself.
    if (of === undefined && !(await isOld(file.key, run))) return;
    await run.store.delete(file.key, run.signal);
    run.deleted(file, of);
  });
}

async function isOld(key: string, { store, nowMs, orphanAgeMs, signal }: Deletion): Promise<boolean> {
  const file = await store.stat(key, signal);
  return file !== undefined && nowMs - file.modifiedAt.getTime() >= orphanAgeMs;
}

/** What lies beside the manifest: marks of checks, and last the tombstone, which a repeat needs until all else is gone. */
async function removePoint(id: string, { store, job, signal }: Deletion): Promise<void> {
  const folder = storeKeys.recoveryPointPrefix(job, id);
  const tombstone = storeKeys.tombstoneKey(job, id);
  const kept = [tombstone, storeKeys.recoveryPointKey(job, id)];
  const beside = [storeKeys.damageKey(job, id)];
  for await (const { key } of store.list(folder, signal)) if (!kept.includes(key)) beside.push(key);
  for (const key of new Set(beside)) await store.delete(key, signal);
  await store.delete(tombstone, signal);
  await store.removeFolder(folder, signal);
}

/**
 * A folder whose manifest and tombstone were asked for and are not there: goes once all in it is old. An empty one goes at
 * once, as a store removes no folder that holds something. True when it is gone.
 */
async function removeHull(id: string, run: Deletion): Promise<boolean> {
  const { store, job, signal } = run;
  const folder = storeKeys.recoveryPointPrefix(job, id);
  let isEmpty = true;
  for await (const { key } of store.list(folder, signal)) {
    if (await isOld(key, run)) await store.delete(key, signal);
    else isEmpty = false;
  }
  await store.removeFolder(folder, signal);
  return isEmpty;
}
