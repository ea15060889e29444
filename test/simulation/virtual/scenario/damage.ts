/** Recovery points in the peer's store that rot before they are needed. */
import type { RecoveryPointManifest } from '../../../../model/recovery/manifest.ts';
import { jobKey, type JobRef } from '../../../../model/job/job.ts';
import { storeKeys } from '../../../../model/store-keys.ts';
import { Random } from '../../../../simulation/time/random.ts';
import type { Stage } from './stage.ts';

/** Manifests of a job's recovery points in the peer's store, oldest first; unreadable ones are left out. */
export function manifestsOf({ world, peer }: Stage, job: JobRef): RecoveryPointManifest[] {
  const store = world.store(peer);
  const keys = store.keys(storeKeys.recoveryPointsPrefix(job)).filter((key) => key.endsWith('/manifest.json'));
  return keys.flatMap((key) => {
    try {
      return [JSON.parse(new TextDecoder().decode(store.objects.get(key)!.bytes)) as RecoveryPointManifest];
    } catch {
      return [];
    }
  });
}

/** True if every file of it lies in the store with its size. */
export function isIntact({ world, peer }: Stage, manifest: RecoveryPointManifest): boolean {
  const { objects } = world.store(peer);
  return manifest.files.every(({ key, sizeBytes }) => (objects.get(key)?.bytes.length ?? -1) >= sizeBytes);
}

export function damageRecoveryPoints(stage: Stage): void {
  const { scenario, world, peer, log } = stage;
  const random = new Random(scenario.seed, 'damage');
  const { objects } = world.store(peer);
  for (const job of scenario.jobs) {
    const manifests = manifestsOf(stage, job);
    for (const manifest of job.damage === 'all' ? manifests : job.damage === 'newest' ? manifests.slice(-1) : []) {
      const file = random.pick(manifest.files);
      const held = objects.get(file.key)!;
      const manner = random.pick(['deleted', 'cut'] as const);
      if (manner === 'deleted') objects.delete(file.key);
      else held.bytes = held.bytes.slice(0, Math.floor(held.bytes.length / 2));
      log.add('fault', `recovery point ${manifest.id} of ${jobKey(job)}: ${file.key} is ${manner}`);
    }
  }
}
