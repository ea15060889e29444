/** What a job's recovery points in the peer zone are, as the store holds them. */
import { storeKeys } from '../../../model/store-keys.ts';
import type { RecoveryPointManifest } from '../../../model/recovery/manifest.ts';
import type { Scenario } from './scenario.ts';

/** Manifests, oldest first. */
export function recoveryPointsOf(scenario: Scenario, name: string): RecoveryPointManifest[] {
  const store = scenario.world.store(scenario.peer);
  const keys = store
    .keys(storeKeys.recoveryPointsPrefix({ namespace: 'default', name }))
    .filter((key) => key.endsWith('/manifest.json'));
  return keys.map(
    (key) => JSON.parse(new TextDecoder().decode(store.objects.get(key)!.bytes)) as RecoveryPointManifest,
  );
}
