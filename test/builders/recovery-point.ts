/** Recovery points for tests: a manifest, and the same with its files in a store. */
import type { StoreConfig } from '../../model/config/types.ts';
import type { RecoveryPointManifest } from '../../model/recovery/manifest.ts';
import { recoveryPointId } from '../../model/recovery/id.ts';
import { storeKeys } from '../../model/store-keys.ts';
import { flinkPath } from '../../model/store-location.ts';
import type { SimulatedStore } from '../../simulation/world/simulated-store.ts';
import { buildS3Store } from './config.ts';
import { buildSpec } from './deployment.ts';

const fileBytes = 100;

/** Of default/orders of az-a in az-b, with its state as it was at two in the morning unless told. */
export function buildManifest(
  more: Partial<RecoveryPointManifest> = {},
  config: StoreConfig = buildS3Store(more.to ?? 'az-b'),
): RecoveryPointManifest {
  const { job = { namespace: 'default', name: 'orders' }, stateAt = '2026-11-21T02:00:00.000Z' } = more;
  const stateAtMs = Date.parse(stateAt);
  const id = more.id ?? recoveryPointId(stateAtMs, 'abcdef12');
  const snapshot = more.snapshot ?? `${storeKeys.snapshotsPrefix(job)}/${id}/savepoint-1`;
  return {
    schema: 1,
    id,
    job,
    tier: 'P1',
    mode: 'savepoint',
    from: 'az-a',
    to: 'az-b',
    store: 's3',
    epoch: 1,
    stateAt,
    verifiedAt: new Date(stateAtMs + 1_000).toISOString(),
    flinkVersion: '1.20.0',
    flinkJobId: 'f'.repeat(32),
    checkpointId: 7,
    snapshot,
    restorePath: flinkPath(config, snapshot, 'inZone'),
    files: [
      { key: `${snapshot}/_metadata`, sizeBytes: fileBytes },
      { key: `${snapshot}/state`, sizeBytes: fileBytes },
    ],
    totalBytes: 2 * fileBytes,
    spec: buildSpec('suspended'),
    ...more,
  };
}

/** Writes a manifest and its files, by no request. @returns the URI by which a standby names it */
export function layRecoveryPoint(store: SimulatedStore, manifest: RecoveryPointManifest): string {
  for (const { key, sizeBytes } of manifest.files) store.write(key, new Uint8Array(sizeBytes));
  const key = storeKeys.recoveryPointKey(manifest.job, manifest.id);
  store.write(key, new TextEncoder().encode(JSON.stringify(manifest)));
  return recoveryPointUri(manifest);
}

export function recoveryPointUri(
  { job, id, to }: Pick<RecoveryPointManifest, 'job' | 'id' | 'to'>,
  config: StoreConfig = buildS3Store(to),
): string {
  return flinkPath(config, storeKeys.recoveryPointKey(job, id), 'inZone');
}
