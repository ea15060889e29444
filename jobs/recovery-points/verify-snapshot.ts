/** Sees with its own eyes that a snapshot is whole: `_metadata` parses, every file it refers to lies there. */
import type { StoreConfig } from '../../model/config/types.ts';
import { requiredFiles } from '../../model/snapshot/required-files.ts';
import { keyOfFlinkPath } from '../../model/store-location.ts';
import { TypedFailure } from '../../adapters/typed-failure.ts';
import type { SnapshotStore } from '../../adapters/storage/port.ts';
import { provenSizes } from '../../adapters/storage/sizes-of.ts';
import { readSnapshotMetadata } from './snapshot-metadata.ts';

export interface VerifiedSnapshot {
  checkpointId: number;
  files: { key: string; sizeBytes: number }[];
  totalBytes: number;
}

/**
 * Verifies the snapshot in the directory `snapshotKey` (which holds `_metadata`).
 * @throws TypedFailure `MetadataUnreadable`, `SnapshotIncomplete`
 */
export async function verifySnapshot(
  store: SnapshotStore,
  config: StoreConfig,
  snapshotKey: string,
  signal?: AbortSignal,
): Promise<VerifiedSnapshot> {
  const metadataKey = `${snapshotKey}/_metadata`;
  const read = await readSnapshotMetadata(store, metadataKey, signal);
  if (!read) throw new TypedFailure('SnapshotIncomplete', `${metadataKey} is missing in ${store.description}`);
  const needed = requiredFiles(read.metadata.references).map(({ path, relative, sizeBytes }) => {
    const key = relative ? `${snapshotKey}/${path}` : keyOfFlinkPath(config, path);
    if (key !== undefined) return { key, sizeBytes };
    throw new TypedFailure(
      'SnapshotIncomplete',
      `${metadataKey} refers to ${path}, which is outside ${store.description}`,
    );
  });
  const present = await provenSizes(store, needed, signal);
  for (const { key, sizeBytes } of needed) {
    const size = present.get(key);
    if (size !== undefined && size >= sizeBytes) continue;
    const seen = size === undefined ? 'is missing' : `has ${size} bytes instead of ${sizeBytes}`;
    throw new TypedFailure(
      'SnapshotIncomplete',
      `${key}, which ${metadataKey} refers to, ${seen} in ${store.description}`,
    );
  }
  const files = [{ key: metadataKey, sizeBytes: read.bytes.length }, ...needed];
  const totalBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0);
  return { checkpointId: read.metadata.checkpointId, files, totalBytes };
}
