/**
 * The grammar of state handles in `_metadata`: one function a rule, each reads what its name says and notes the files
 * it refers to. Tags and order: Flink's MetadataV2V3SerializerBase and its successors, 1.20 to 2.2.
 */
import type { MetadataCursor } from './metadata-cursor.ts';
import type { SnapshotReference } from './types.ts';

/** What reading collects on its way. */
export interface MetadataReading {
  cursor: MetadataCursor;
  /** Format version, 2 to 6. */
  version: number;
  references: SnapshotReference[];
  inlineBytes: number;
}

/** Handles in handles: Flink nests three deep (changelog, its base, its stream); more is an attack or rubbish. */
const maxDepth = 16;

/** A handle to one stream of bytes: a file, a part of one, or the bytes themselves. */
export function readStreamHandle(reading: MetadataReading, depth = 0): void {
  const { cursor } = reading;
  const start = cursor.offset;
  if (depth > maxDepth) throw cursor.malformed(`state handles are nested more than ${maxDepth} deep`);
  const tag = cursor.i8('a stream handle');
  switch (tag) {
    case 0: // none
    case 16: // an empty segment
      return;
    case 1: // the bytes themselves
      cursor.text('name of inline state');
      reading.inlineBytes += skipBytes(cursor, 'inline state');
      return;
    case 2: {
      const sizeBytes = cursor.size('size of a state file');
      readReference(reading, 'absolute', sizeBytes);
      return;
    }
    case 3:
      readKeyGroups(cursor);
      readStreamHandle(reading, depth + 1);
      return;
    case 6: {
      const reference = readReference(reading, 'relative', 0);
      reference.sizeBytes = cursor.size('size of a state file');
      return;
    }
    case 15: {
      const from = cursor.size('start of a segment');
      const end = from + cursor.size('size of a segment');
      if (!Number.isSafeInteger(end)) throw cursor.malformed(`a segment ends at ${end}, which no file reaches`, start);
      cursor.i32('scope of a segment');
      readReference(reading, 'segment', end);
      cursor.text('id of a merged file');
      return;
    }
    default:
      throw cursor.malformed(`${tag} is no kind of stream handle`, start);
  }
}

/** State of keyed streams: whole, incremental, or a log of changes on top of others. */
export function readKeyedState(reading: MetadataReading, depth = 0): void {
  const { cursor } = reading;
  const start = cursor.offset;
  if (depth > maxDepth) throw cursor.malformed(`state handles are nested more than ${maxDepth} deep`);
  const tag = cursor.i8('keyed state');
  switch (tag) {
    case 0:
      return;
    case 3: // key groups
    case 7: // key groups of a savepoint
    case 12: // key groups with an id
      readKeyGroups(cursor);
      readStreamHandle(reading, depth + 1);
      if (tag === 12) cursor.text('id of keyed state');
      return;
    case 5: // incremental
    case 11: // incremental, with size and id
      readIncremental(reading, tag === 11, depth);
      return;
    case 8: // changelog
    case 14: // changelog, with the id of its checkpoint
      readChangelog(reading, tag === 14, depth);
      return;
    case 9:
      readInlineChanges(reading);
      return;
    case 10: // changes in files
    case 13: // changes in files, with the storage's name
      readChangesInFiles(reading, tag === 13, depth);
      return;
    default:
      throw cursor.malformed(`${tag} is no kind of keyed state`, start);
  }
}

/** State of an operator's subtask that is not keyed: named parts of one stream. */
export function readOperatorState(reading: MetadataReading): void {
  const { cursor } = reading;
  const start = cursor.offset;
  const tag = cursor.i8('operator state');
  if (tag === 0) return;
  if (tag !== 4 && tag !== 17) throw cursor.malformed(`${tag} is no kind of operator state`, start);
  const parts = cursor.count('operator states', 2 + 1 + 4);
  for (let part = 0; part < parts; part += 1) {
    cursor.text('name of operator state');
    cursor.i8('distribution of operator state');
    skipLongs(cursor, 'offsets of operator state');
  }
  if (tag === 17) {
    readReference(reading, 'directory', 0);
    readReference(reading, 'directory', 0);
    cursor.i8('mark of an empty file-merging handle');
  }
  readStreamHandle(reading);
}

/** In-flight data of unaligned checkpoints. From version 6 on a tag says whether it belongs to one channel or several. */
export function readChannelState(reading: MetadataReading): void {
  const { cursor, version } = reading;
  const start = cursor.offset;
  const tag = version >= 6 ? cursor.i8('channel state') : 1;
  if (tag === 1 || tag === 2) {
    cursor.skip(3 * 4, 'channel of in-flight data');
    skipLongs(cursor, 'offsets of in-flight data');
    cursor.skip(8, 'size of in-flight data');
    readStreamHandle(reading);
  } else if (tag === 3 || tag === 4) {
    cursor.skip(4 + 8, 'subtask and size of in-flight data');
    readStreamHandle(reading);
    skipBytes(cursor, 'offsets of in-flight data');
  } else {
    throw cursor.malformed(`${tag} is no kind of channel state`, start);
  }
}

/** Length-prefixed bytes that nobody here looks into; gives their number. */
export function skipBytes(cursor: MetadataCursor, what: string): number {
  const length = cursor.count(`bytes of ${what}`, 1);
  cursor.skip(length, what);
  return length;
}

function readReference(
  reading: MetadataReading,
  kind: SnapshotReference['kind'],
  sizeBytes: number,
): SnapshotReference {
  const { cursor } = reading;
  const offset = cursor.offset;
  const path = cursor.text(kind === 'directory' ? 'path of a state directory' : 'path of a state file');
  const reference: SnapshotReference = { kind, path, sizeBytes, offset, endOffset: cursor.offset };
  reading.references.push(reference);
  return reference;
}

/** First key group, and where each of them begins in the stream. */
function readKeyGroups(cursor: MetadataCursor): void {
  cursor.i32('first key group');
  skipLongs(cursor, 'offsets of key groups');
}

function readIncremental(reading: MetadataReading, sized: boolean, depth: number): void {
  const { cursor } = reading;
  cursor.skip(8, 'checkpoint of incremental state');
  cursor.text('backend of incremental state');
  cursor.skip(2 * 4, 'key groups of incremental state');
  if (sized) cursor.skip(8, 'size of incremental state');
  readStreamHandle(reading, depth + 1);
  for (const what of ['shared files', 'private files']) {
    const files = cursor.count(what, 2 + 1);
    for (let file = 0; file < files; file += 1) {
      cursor.text(`name among ${what}`);
      readStreamHandle(reading, depth + 1);
    }
  }
  if (sized) cursor.text('id of incremental state');
}

function readChangelog(reading: MetadataReading, numbered: boolean, depth: number): void {
  const { cursor } = reading;
  cursor.skip(2 * 4 + 8, 'key groups and size of a changelog');
  for (const what of ['materialized states', 'states of changes']) {
    const states = cursor.count(what, 1);
    for (let state = 0; state < states; state += 1) readKeyedState(reading, depth + 1);
  }
  cursor.skip(8, 'number of a materialization');
  if (numbered) cursor.skip(8, 'checkpoint of a changelog');
  cursor.text('id of a changelog');
}

function readInlineChanges(reading: MetadataReading): void {
  const { cursor } = reading;
  cursor.skip(2 * 4 + 2 * 8, 'key groups and sequence of changes');
  const changes = cursor.count('changes', 4 + 4);
  for (let change = 0; change < changes; change += 1) {
    cursor.i32('key group of a change');
    reading.inlineBytes += skipBytes(cursor, 'a change');
  }
  cursor.text('id of changes');
}

function readChangesInFiles(reading: MetadataReading, named: boolean, depth: number): void {
  const { cursor } = reading;
  cursor.skip(2 * 4, 'key groups of changes');
  const files = cursor.count('files of changes', 8 + 1);
  for (let file = 0; file < files; file += 1) {
    cursor.skip(8, 'offset of changes');
    readStreamHandle(reading, depth + 1);
  }
  cursor.skip(2 * 8, 'size of changes');
  cursor.text('id of changes');
  if (named) cursor.text('storage of changes');
}

function skipLongs(cursor: MetadataCursor, what: string): void {
  const count = cursor.count(what, 8);
  cursor.skip(count * 8, what);
}
