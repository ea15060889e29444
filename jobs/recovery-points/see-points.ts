/** What lies in a store of a job's recovery points, for the decision which of them may go. */
import type { JobRef } from '../../model/job/job.ts';
import { stateTimeOfId } from '../../model/recovery/id.ts';
import type { SeenPoint } from '../../model/recovery/retention/types.ts';
import { storeKeys } from '../../model/store-location.ts';
import { forEachAtOnce } from '../../adapters/at-once.ts';
import { readPointIndex } from './point-index.ts';
import type { SnapshotStore } from '../../adapters/storage/port.ts';
import { readManifest, recoveryPointIds } from './recovery-points.ts';

/** Manifests read at once: each is a few hundred kilobytes at most in practice. */
const readAtOnce = 16;

export interface SeenPoints {
  points: SeenPoint[];
  /** Ids of folders without manifest and tombstone: what a check wrote late, or an empty folder of HDFS. */
  hulls: string[];
  /** Ids that only the index names: their making or their deletion was broken off. */
  unwritten: string[];
  /** False where no index was read: then there may be recovery points that no listing showed. */
  complete: boolean;
  /** Why nothing can be decided: answers contradict each other, or another version of this product wrote a manifest. */
  undecided: string | undefined;
}

/**
 * Reads them all by key, each manifest or else its tombstone. Two listings and the index only say which ids to ask
 * for; that one is gone is never concluded from them.
 */
export async function seePoints(store: SnapshotStore, job: JobRef, signal: AbortSignal): Promise<SeenPoints> {
  const folder = `${storeKeys.recoveryPointsPrefix(job)}/`;
  const there = new Set<string>();
  for await (const { key } of store.list(folder, signal)) there.add(key);
  const inFolders = [...there].flatMap((key) => key.slice(folder.length).split('/').slice(0, -1).slice(0, 1));
  const listed = new Set([...inFolders, ...(await recoveryPointIds(store, job, signal))]);
  const index = await readPointIndex(store, job, signal);
  const seen: SeenPoints = {
    points: [],
    hulls: [],
    unwritten: [],
    complete: index !== undefined,
    undecided: undefined,
  };
  const ids = new Set([...listed, ...(index ?? [])]);
  await forEachAtOnce([...ids], readAtOnce, async (id) => {
    const [manifestKey, tombstoneKey] = [storeKeys.recoveryPointKey(job, id), storeKeys.tombstoneKey(job, id)];
    const manifestRead = await readManifest(store, manifestKey, signal);
    const isGone = !manifestRead.ok && manifestRead.absent === true;
    const read = isGone ? await readManifest(store, tombstoneKey, signal) : manifestRead;
    if (isGone && !read.ok && read.absent === true) {
      if (there.has(manifestKey)) {
        seen.undecided = `${store.description} lists ${manifestKey} and does not have it when asked for it`;
      }
      (listed.has(id) ? seen.hulls : seen.unwritten).push(id);
      return;
    }
    if (!read.ok && read.foreign) seen.undecided = `${read.why}; it was written by another version of az-escape`;
    seen.points.push({
      id,
      manifest: isGone ? 'gone' : read.ok ? 'there' : 'unreadable',
      tombstone: isGone || there.has(tombstoneKey),
      damaged: there.has(storeKeys.damageKey(job, id)),
      snapshot: read.ok ? read.manifest.snapshot : undefined,
      stateAtMs: read.ok ? Date.parse(read.manifest.stateAt) : stateTimeOfId(id),
      files: read.ok ? read.manifest.files : [],
      artifacts: read.ok ? (read.manifest.artifacts ?? []).filter((one) => one.kind === 'kept') : [],
    });
  });
  return seen;
}
