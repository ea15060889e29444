/** Notes in the peer's store on how a file at home was copied: an unchanged one is not read again, by no job. */
import { createHash } from 'node:crypto';
import { artifactSourceSchema, type ArtifactSource } from '../../model/artifacts/schema.ts';
import { storeKeys } from '../../model/store-keys.ts';
import type { SnapshotStore } from '../../adapters/storage/port.ts';

const maxBytes = 64 << 10;

/** Key of the note on a file of a store at home. */
export function sourceNoteKey(home: string, store: string, path: string): string {
  return storeKeys.artifactSourceKey(home, store, createHash('sha256').update(path).digest('hex').slice(0, 32));
}

/** Undefined where there is none that can be read: then the file is read. */
export async function readSourceNote(
  store: SnapshotStore,
  key: string,
  signal: AbortSignal,
): Promise<ArtifactSource | undefined> {
  const bytes = await store.read(key, { maxBytes, signal });
  if (!bytes) return undefined;
  try {
    return artifactSourceSchema.safeParse(JSON.parse(new TextDecoder().decode(bytes))).data;
  } catch {
    return undefined;
  }
}

export async function writeSourceNote(
  store: SnapshotStore,
  key: string,
  note: ArtifactSource,
  signal: AbortSignal,
): Promise<void> {
  const bytes = new TextEncoder().encode(JSON.stringify(note));
  await store.put(key, bytes, { contentType: 'application/json', signal });
}
