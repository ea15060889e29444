/** Brings one file of the home zone's store into the peer's, named by its digest, unless it lies there already. */
import { fileNameOf } from '../../model/artifacts/place.ts';
import type { ArtifactSource } from '../../model/artifacts/schema.ts';
import { storeKeys } from '../../model/store-keys.ts';
import type { SnapshotStore } from '../../adapters/storage/port.ts';
import type { Steps } from '../../adapters/storage/copy/steps.ts';
import type { Pulse } from '../../adapters/ports.ts';
import { stopLeaving } from '../claims/leaving.ts';
import type { ProcessMemory } from '../../adapters/process-memory.ts';
import { oneAtATime } from '../claims/one-at-a-time.ts';
import { Source, SourceTrouble } from './source-file.ts';
import { readSourceNote, sourceNoteKey, writeSourceNote } from './source-note.ts';

export interface BringTask {
  memory: ProcessMemory;
  home: { zone: string; storeName: string; store: SnapshotStore };
  /** Key of the file for `home.store`, and its whole path in that store. */
  file: { key: string; path: string };
  peer: SnapshotStore;
  /** Copies that a check found with other bytes, and the date that each had then (ISO 8601). */
  damaged: ReadonlyMap<string, string | undefined>;
  /** How quickly bytes may pass; hears of each step. */
  steps: Steps;
}

/** A file that lies in the peer's store. */
export interface Brought {
  key: string;
  sizeBytes: number;
  sha256: string;
  /** Bytes that this call copied. */
  copiedBytes: number;
  /** Why the file at home could not be had: this is what an earlier round copied of it. */
  former?: string;
}

/** The copy in the peer, or why there is none. Fails as the peer's store does. */
export function bringArtifact(
  task: BringTask,
  pulse: Pick<Pulse, 'signal' | 'sleep'>,
): Promise<Brought | { missing: string }> {
  const noteKey = sourceNoteKey(task.home.zone, task.home.storeName, task.file.path);
  return oneAtATime(task, `${task.peer.description} ${noteKey}`, () => bring(task, noteKey, pulse), pulse.signal);
}

async function bring(
  task: BringTask,
  noteKey: string,
  pulse: Pick<Pulse, 'signal' | 'sleep'>,
): Promise<Brought | { missing: string }> {
  const { signal } = pulse;
  const { peer, file, home, steps } = task;
  const note = await readSourceNote(peer, noteKey, signal);
  const source = new Source(home.store, file.key);
  try {
    const seen = await source.see(signal);
    const isKnown = note?.path === file.path && note.version === seen.version && note.sizeBytes === seen.sizeBytes;
    const sha256 = isKnown ? note.sha256 : await source.digest(seen, steps, signal);
    const copy: Brought = { ...copyOf({ ...seen, sha256 }, file.path), copiedBytes: 0 };
    if (!(await isThere(task, copy, pulse))) {
      await source.copyTo({ store: peer, key: copy.key }, { ...seen, sha256 }, steps, signal);
      copy.copiedBytes = seen.sizeBytes;
    }
    // Last: a note means that there was a copy.
    if (!isKnown) {
      const { sizeBytes, version } = seen;
      await writeSourceNote(peer, noteKey, { schema: 1, path: file.path, sizeBytes, version, sha256 }, signal);
    }
    return copy;
  } catch (error) {
    if (!(error instanceof SourceTrouble)) throw error;
    const former = note && copyOf(note, note.path);
    if (former && (await isThere(task, former, pulse))) return { ...former, copiedBytes: 0, former: error.message };
    return { missing: error.message };
  }
}

function copyOf({ sha256, sizeBytes }: Pick<ArtifactSource, 'sha256' | 'sizeBytes'>, path: string) {
  return { key: storeKeys.artifactKey(sha256, fileNameOf(path)), sizeBytes, sha256 };
}

/** A name is not enough: its size must be right too, and no check may have found it rotten since it was written. */
async function isThere(
  { peer, damaged }: BringTask,
  { key, sizeBytes, sha256 }: { key: string; sizeBytes: number; sha256: string },
  pulse: Pick<Pulse, 'signal' | 'sleep'>,
): Promise<boolean> {
  await stopLeaving(peer, sha256, pulse);
  const found = await peer.stat(key, pulse.signal);
  if (found?.sizeBytes !== sizeBytes) return false;
  return !damaged.has(key) || damaged.get(key) !== found.modifiedAt.toISOString();
}
