/** Reads a snapshot's `_metadata` from a store. */
import { readMetadata } from '../../model/snapshot/read-metadata.ts';
import type { SnapshotMetadata } from '../../model/snapshot/types.ts';
import { TypedFailure } from '../../adapters/typed-failure.ts';
import type { SnapshotStore } from '../../adapters/storage/port.ts';

/** `_metadata` carries small states itself (below 20 kB each), so it can be large, but not this large. */
const maxMetadataBytes = 256 << 20;

/**
 * The bytes of the `_metadata` under `key`, and what they refer to; undefined if there is none.
 * @throws TypedFailure `MetadataUnreadable`
 */
export async function readSnapshotMetadata(
  store: SnapshotStore,
  key: string,
  signal?: AbortSignal,
): Promise<{ bytes: Uint8Array; metadata: SnapshotMetadata } | undefined> {
  const bytes = await store.read(key, { maxBytes: maxMetadataBytes, ...(signal ? { signal } : {}) });
  if (!bytes) return undefined;
  const result = readMetadata(bytes);
  if (result.ok) return { bytes, metadata: result.metadata };
  const { message, offset } = result.problem;
  throw new TypedFailure('MetadataUnreadable', `${key} in ${store.description}: ${message} (byte ${offset})`);
}
