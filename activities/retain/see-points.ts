/** What lies in a store of a job's recovery points, for the decision which of them may go. */
import type { JobRef } from '../../model/job.ts';
import { stateTimeOfId } from '../../model/recovery-point/id.ts';
import type { SeenPoint } from '../../model/retention/types.ts';
import { storeKeys } from '../../model/store-location.ts';
import { forEachAtOnce } from '../at-once.ts';
import type { SnapshotStore } from '../storage/port.ts';
import { readManifest, recoveryPointIds } from '../storage/recovery-points.ts';

/** Manifests read at once: each is a few hundred kilobytes at most in practice. */
const readAtOnce = 16;

export interface SeenPoints {
  points: SeenPoint[];
  /** Ids of folders without manifest and tombstone: what a check wrote late, or an empty folder of HDFS. */
  hulls: string[];
  /** Why a manifest must be left to a newer version of this product, and all files with it. */
  foreign: string | undefined;
}

/** Reads them all, each manifest or else its tombstone. */
export async function seePoints(store: SnapshotStore, job: JobRef, signal: AbortSignal): Promise<SeenPoints> {
  const there = new Set<string>();
  for await (const { key } of store.list(storeKeys.recoveryPointsPrefix(job), signal)) there.add(key);
  const seen: SeenPoints = { points: [], hulls: [], foreign: undefined };
  await forEachAtOnce(await recoveryPointIds(store, job, signal), readAtOnce, async (id) => {
    const [manifestKey, tombstoneKey] = [storeKeys.recoveryPointKey(job, id), storeKeys.tombstoneKey(job, id)];
    const tombstone = there.has(tombstoneKey);
    if (!there.has(manifestKey) && !tombstone) {
      seen.hulls.push(id);
      return;
    }
    const read = await readManifest(store, there.has(manifestKey) ? manifestKey : tombstoneKey, signal);
    if (!read.ok && read.foreign) seen.foreign = read.why;
    const manifest = !there.has(manifestKey) ? 'gone' : read.ok ? 'there' : 'unreadable';
    seen.points.push({
      id,
      manifest,
      tombstone,
      damaged: there.has(storeKeys.damageKey(job, id)),
      snapshot: read.ok ? read.manifest.snapshot : undefined,
      stateAtMs: read.ok ? Date.parse(read.manifest.stateAt) : stateTimeOfId(id),
      files: read.ok ? read.manifest.files : [],
      artifacts: read.ok ? (read.manifest.artifacts ?? []).filter((one) => one.kind === 'kept') : [],
    });
  });
  return seen;
}
