/** Sees with its own eyes that a snapshot is whole: `_metadata` parses, every file it refers to lies there. */
import type { StoreConfig } from '../../model/config/types.ts';
import { readMetadata } from '../../model/snapshot/read-metadata.ts';
import { requiredFiles } from '../../model/snapshot/required-files.ts';
import { keyOfFlinkPath } from '../../model/store-location.ts';
import { TypedFailure } from '../typed-failure.ts';
import type { SnapshotStore } from './port.ts';

/** `_metadata` carries small states itself (below 20 kB each), so it can be large, but not this large. */
const maxMetadataBytes = 256 << 20;

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
  const bytes = await store.read(metadataKey, { maxBytes: maxMetadataBytes, ...(signal ? { signal } : {}) });
  if (!bytes) throw new TypedFailure('SnapshotIncomplete', `${metadataKey} is missing in ${store.description}`);
  const result = readMetadata(bytes);
  if (!result.ok) {
    const { message, offset } = result.problem;
    throw new TypedFailure('MetadataUnreadable', `${metadataKey} in ${store.description}: ${message} (byte ${offset})`);
  }
  const present = new Map<string, number>();
  for await (const object of store.list(`${snapshotKey}/`, signal)) present.set(object.key, object.sizeBytes);
  const files = [{ key: metadataKey, sizeBytes: bytes.length }];
  for (const file of requiredFiles(result.metadata.references)) {
    const key = file.relative ? `${snapshotKey}/${file.path}` : keyOfFlinkPath(config, file.path);
    if (key === undefined) {
      throw new TypedFailure(
        'SnapshotIncomplete',
        `${metadataKey} refers to ${file.path}, which is outside ${store.description}`,
      );
    }
    const size = present.get(key) ?? (await store.stat(key, signal))?.sizeBytes;
    if (size === undefined || size < file.sizeBytes) {
      const seen = size === undefined ? 'is missing' : `has ${size} bytes instead of ${file.sizeBytes}`;
      throw new TypedFailure(
        'SnapshotIncomplete',
        `${key}, which ${metadataKey} refers to, ${seen} in ${store.description}`,
      );
    }
    files.push({ key, sizeBytes: file.sizeBytes });
  }
  const totalBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0);
  return { checkpointId: result.metadata.checkpointId, files, totalBytes };
}
