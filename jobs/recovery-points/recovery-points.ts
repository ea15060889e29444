/** Recovery points in a store: reading their manifests, checking their files, choosing the newest intact one. */
import { manifestSchema, type RecoveryPointManifest } from '../../model/recovery/manifest.ts';
import type { JobRef } from '../../model/job/job.ts';
import { storeKeys } from '../../model/store-location.ts';
import type { SnapshotStore } from '../../adapters/storage/port.ts';
import { describeDamage, readDamage } from './damage-marks.ts';
import { readPointIndex } from './point-index.ts';
import { provenSizes } from '../../adapters/storage/sizes-of.ts';

/** A manifest names a few hundred files; 64 MB would be half a million of them. */
export const maxManifestBytes = 64 << 20;

export type ManifestResult =
  | { ok: true; manifest: RecoveryPointManifest }
  /** `foreign`: written by another version of this product, which knows what it means. */
  | { ok: false; why: string; foreign: boolean; absent?: true };

export interface ChosenRecoveryPoint {
  manifest: RecoveryPointManifest;
  manifestKey: string;
}

/** Reads one manifest; absent or unreadable ones are answers. */
export async function readManifest(store: SnapshotStore, key: string, signal?: AbortSignal): Promise<ManifestResult> {
  const bytes = await store.read(key, { maxBytes: maxManifestBytes, ...(signal ? { signal } : {}) });
  if (!bytes)
    return { ok: false, why: `manifest ${key} is missing in ${store.description}`, foreign: false, absent: true };
  try {
    const json: unknown = JSON.parse(new TextDecoder().decode(bytes));
    const parsed = manifestSchema.safeParse(json);
    if (parsed.success) return { ok: true, manifest: parsed.data };
    const issue = parsed.error.issues[0]!;
    const why = `manifest ${key} is not of schema 1: ${issue.path.join('.')} ${issue.message}`;
    return { ok: false, why, foreign: issue.path[0] === 'schema' && hasNumber(json, 'schema') };
  } catch {
    return { ok: false, why: `manifest ${key} is not JSON`, foreign: false };
  }
}

function hasNumber(json: unknown, field: string): boolean {
  return typeof json === 'object' && json !== null && typeof (json as Record<string, unknown>)[field] === 'number';
}

/** What is wrong with the files of a recovery point; undefined when every one is there with its size. */
export async function damageOf(
  store: SnapshotStore,
  manifest: RecoveryPointManifest,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const present = await provenSizes(store, manifest.files, signal);
  for (const { key, sizeBytes } of manifest.files) {
    const size = present.get(key);
    // The file's long key comes last: evidence in reports is cut.
    if (size === undefined) return `recovery point ${manifest.id} misses a file in ${store.description}: ${key}`;
    if (size < sizeBytes) {
      return `recovery point ${manifest.id} has ${size} of ${sizeBytes} bytes of a file in ${store.description}: ${key}`;
    }
  }
  return undefined;
}

/** Why a recovery point is passed over though its manifest is there: a check marked it, or it is being deleted. */
async function markBeside(
  store: SnapshotStore,
  manifestKey: string,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const folder = manifestKey.slice(0, manifestKey.lastIndexOf('/'));
  const id = folder.slice(folder.lastIndexOf('/') + 1);
  // Both by their keys: a listing that leaves a mark out would have a damaged recovery point started.
  const damageKey = `${folder}/damaged.json`;
  const [tombstone, mark] = await Promise.all([
    store.stat(`${folder}/expired.json`, signal),
    store.stat(damageKey, signal),
  ]);
  if (tombstone) return `recovery point ${id} is being deleted`;
  if (!mark) return undefined;
  const damage = await readDamage(store, damageKey, signal);
  return `recovery point ${id} is marked damaged: ${damage ? describeDamage(damage) : `see ${damageKey}`}`;
}

/** Ids of a job's recovery points, newest first (ids sort by time). */
export async function recoveryPointIds(store: SnapshotStore, job: JobRef, signal?: AbortSignal): Promise<string[]> {
  const { directories } = await store.children(storeKeys.recoveryPointsPrefix(job), signal);
  return directories
    .map((path) => path.split('/').filter(Boolean).at(-1)!)
    .sort()
    .reverse();
}

/** Limits what may be chosen. */
export interface Choice {
  /** Ids of those that are not looked at. */
  passOver?: ReadonlySet<string>;
  /** What else one must have, and lacks; asked of those that are intact. */
  lackOf?: (manifest: RecoveryPointManifest) => Promise<string | undefined>;
}

/**
 * The newest intact recovery point. The one that the standby names is tried first (three requests, no search); only when it
 * is damaged are the others looked for, newest first. `damages` says why newer ones were passed over, `lacks` what the newest of those
 * lacks that are intact otherwise.
 */
export async function chooseRecoveryPoint(
  store: SnapshotStore,
  job: JobRef,
  namedKey: string | undefined,
  signal?: AbortSignal,
  { passOver, lackOf }: Choice = {},
): Promise<{ chosen: ChosenRecoveryPoint | undefined; damages: string[]; lacks?: string }> {
  const damages: string[] = [];
  let lacks: string | undefined;
  const tryOne = async (key: string): Promise<ChosenRecoveryPoint | undefined> => {
    const [read, mark] = await Promise.all([readManifest(store, key, signal), markBeside(store, key, signal)]);
    const damage = read.ok ? (mark ?? (await damageOf(store, read.manifest, signal))) : read.why;
    if (read.ok && damage === undefined) {
      const lack = await lackOf?.(read.manifest);
      if (lack === undefined) return { manifest: read.manifest, manifestKey: key };
      lacks ??= lack;
      damages.push(lack);
      return undefined;
    }
    damages.push(damage ?? 'unreadable');
    return undefined;
  };
  if (namedKey !== undefined) {
    const chosen = await tryOne(namedKey);
    if (chosen) return { chosen, damages };
  }
  // What there is, and which is the newest, is not concluded from a listing.
  const [listed, index] = await Promise.all([recoveryPointIds(store, job, signal), readPointIndex(store, job, signal)]);
  for (const id of [...new Set([...listed, ...(index ?? [])])].toSorted().toReversed()) {
    const key = storeKeys.recoveryPointKey(job, id);
    if (key === namedKey || passOver?.has(id)) continue;
    // Of what only the index names, the making or the deletion was broken off: that is no damage.
    if (!listed.includes(id) && !(await store.stat(key, signal))) continue;
    const chosen = await tryOne(key);
    if (chosen) return { chosen, damages };
  }
  return { chosen: undefined, damages, ...(lacks === undefined ? {} : { lacks }) };
}
