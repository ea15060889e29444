/** What a job's recovery points in the peer zone are, as the store holds them. */
import { storeKeys } from '../../../model/store-keys.ts';
import { manifestSchema, type RecoveryPointManifest } from '../../../model/recovery/manifest.ts';
import type { SimulatedStage } from './simulated-stage.ts';

/** Manifests, oldest first. */
export function recoveryPointsOf({ world, peer }: SimulatedStage, name: string): RecoveryPointManifest[] {
  const store = world.store(peer);
  const keys = store
    .keys(storeKeys.recoveryPointsPrefix({ namespace: 'default', name }))
    .filter((key) => key.endsWith('/manifest.json'));
  return keys.map((key) => manifestSchema.parse(JSON.parse(new TextDecoder().decode(store.objects.get(key)!.bytes))));
}

/** Rot: the bytes of an object in the peer zone change, size and date do not. */
export function flipBit({ world, peer }: SimulatedStage, key: string): void {
  const { objects } = world.store(peer);
  const held = objects.get(key)!;
  const bytes = Uint8Array.from(held.bytes);
  bytes[Math.floor(bytes.length / 2)]! ^= 4;
  objects.set(key, { ...held, bytes });
}
