/** Marks of damage beside manifests: writing, reading, and what they say to who ships or chooses. */
import { jobKey, type JobRef } from '../../model/job/job.ts';
import type { Finding } from '../../model/readiness/codes.ts';
import { damageSchema, type Damage } from '../../model/recovery/recheck/damage.ts';
import { storeKeys } from '../../model/store-keys.ts';
import type { SnapshotStore } from '../../adapters/storage/port.ts';

const maxMarkBytes = 1 << 20;

/** Faults written into one mark: enough to see what is wrong. */
const mostFaults = 200;

/** The mark under this key; undefined when there is none, or none that can be read. */
export async function readDamage(store: SnapshotStore, key: string, signal?: AbortSignal): Promise<Damage | undefined> {
  const bytes = await store.read(key, { maxBytes: maxMarkBytes, ...(signal ? { signal } : {}) });
  if (!bytes) return undefined;
  try {
    return damageSchema.safeParse(JSON.parse(new TextDecoder().decode(bytes))).data;
  } catch {
    return undefined;
  }
}

export async function writeDamage(store: SnapshotStore, key: string, damage: Damage, signal: AbortSignal) {
  const json = JSON.stringify({ ...damage, faults: damage.faults.slice(0, mostFaults) }, null, 2);
  await store.put(key, new TextEncoder().encode(json), { contentType: 'application/json', signal });
}

/** What a mark says, in one line: the file's long key comes last, as evidence in reports is cut. */
export function describeDamage({ faults, seenAt }: Damage): string {
  const [first] = faults;
  const more = faults.length > 1 ? ` and ${faults.length - 1} more` : '';
  return `a check at ${seenAt} found ${first!.found} (${first!.seen})${more}: ${first!.key}`;
}

/** All marks of a job's recovery points, by id. */
export async function damagesOf(store: SnapshotStore, job: JobRef, signal: AbortSignal): Promise<Map<string, Damage>> {
  const damages = new Map<string, Damage>();
  const folder = `${storeKeys.recoveryPointsPrefix(job)}/`;
  for await (const { key } of store.list(folder, signal)) {
    const id = key.slice(folder.length).split('/')[0]!;
    if (key !== storeKeys.damageKey(job, id)) continue;
    const damage = await readDamage(store, key, signal);
    if (damage) damages.set(id, damage);
  }
  return damages;
}

/** One finding for each marked recovery point of a job. */
export async function damageFindings(store: SnapshotStore, job: JobRef, signal: AbortSignal): Promise<Finding[]> {
  const damages = await damagesOf(store, job, signal);
  return [...damages].map(([id, damage]) => damageFinding(store, job, id, damage));
}

export function damageFinding(store: SnapshotStore, job: JobRef, id: string, damage: Damage): Finding {
  const sentence = `recovery point ${id} of ${jobKey(job)} in ${store.description}: ${describeDamage(damage)}`;
  return { code: 'RecoveryPointDamaged', sentence };
}

/**
 * The same sizes without the files that a check found with other bytes, so that a shipment copies them again. One that
 * was replaced since, as its date tells, is left in.
 */
export async function withoutDamaged(
  store: SnapshotStore,
  job: JobRef,
  sizes: ReadonlyMap<string, number>,
  signal: AbortSignal,
): Promise<Map<string, number>> {
  const sound = new Map(sizes);
  for (const { faults } of (await damagesOf(store, job, signal)).values()) {
    for (const { key, found, modifiedAt } of faults) {
      if (found !== 'other bytes' || !sound.has(key)) continue;
      const now = await store.stat(key, signal);
      if (now === undefined || now.modifiedAt.toISOString() === modifiedAt) sound.delete(key);
    }
  }
  return sound;
}
