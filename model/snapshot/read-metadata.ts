/** Reads what a snapshot's `_metadata` refers to, from any bytes whatever. */
import { MetadataCursor, MetadataError } from './metadata-cursor.ts';
import {
  readChannelState,
  readKeyedState,
  readOperatorState,
  readStreamHandle,
  skipBytes,
  type MetadataReading,
} from './state-handles.ts';
import type { MetadataResult, SnapshotMetadata } from './types.ts';

const magic = 0x4960672d;
const masterStateMagic = 0xc96b1696;
/** How a Java-serialised object begins. */
const javaSerializationMagic = 0xaced0005;

/** 1.20 writes version 4, 2.0 version 5, 2.1 and 2.2 version 6; 1.11 and older wrote 2. */
const oldestVersion = 2;
const newestVersion = 6;

/**
 * Reads `_metadata` of versions 2 to 6. Never throws; takes time and memory in proportion to the bytes. What comes
 * behind the operators (Java-serialised properties, from version 4 on) is not looked into, so bytes that are missing
 * there are not noticed: compare the file's size with the original's.
 */
export function readMetadata(bytes: Uint8Array): MetadataResult {
  try {
    return { ok: true, metadata: readFile(new MetadataCursor(bytes)) };
  } catch (error) {
    if (error instanceof MetadataError) return { ok: false, problem: error.problem };
    throw error;
  }
}

function readFile(cursor: MetadataCursor): SnapshotMetadata {
  if (cursor.u32('the mark of a _metadata file') !== magic) {
    throw new MetadataError('not-metadata', 'this does not begin as a _metadata file of Flink does', 0);
  }
  const version = cursor.i32('the format version');
  if (version < oldestVersion || version > newestVersion) {
    const known = `this reads versions ${oldestVersion} to ${newestVersion}`;
    throw new MetadataError('unknown-version', `the _metadata has format version ${version}, and ${known}`, 4);
  }
  const checkpointId = cursor.size('the checkpoint id');
  const reading: MetadataReading = { cursor, version, references: [], inlineBytes: 0 };
  readMasterStates(reading);
  const operators = readOperators(reading);
  if (version >= 4 && cursor.u32('the checkpoint properties') !== javaSerializationMagic) {
    throw cursor.malformed('no checkpoint properties follow the operators', cursor.offset - 4);
  }
  const { references, inlineBytes } = reading;
  return { version, checkpointId, operators, references, inlineBytes };
}

/** State that user code keeps on the JobManager by checkpoint hooks. */
function readMasterStates(reading: MetadataReading): void {
  const { cursor } = reading;
  const states = cursor.count('master states', 4 + 4);
  for (let state = 0; state < states; state += 1) {
    const start = cursor.offset;
    if (cursor.u32('the mark of a master state') !== masterStateMagic) {
      throw cursor.malformed('a master state does not begin as one', start);
    }
    reading.inlineBytes += skipBytes(cursor, 'a master state');
  }
}

function readOperators(reading: MetadataReading): SnapshotMetadata['operators'] {
  const { cursor, version } = reading;
  const names = version >= 5 ? 2 * 2 : 0;
  const coordinator = version === 2 ? 4 : 1;
  const count = cursor.count('operators', names + 16 + 2 * 4 + coordinator + 4);
  const operators: SnapshotMetadata['operators'] = [];
  for (let operator = 0; operator < count; operator += 1) operators.push(readOperator(reading));
  return operators;
}

function readOperator(reading: MetadataReading): SnapshotMetadata['operators'][number] {
  const { cursor, version } = reading;
  const name = version >= 5 ? cursor.text("an operator's name") : undefined;
  if (version >= 5) cursor.text("an operator's uid");
  const id = cursor.id("an operator's id");
  const parallelism = cursor.i32("an operator's parallelism");
  const maxParallelism = cursor.i32("an operator's greatest parallelism");
  if (version === 2) cursor.skip(4, 'an unused field');
  else readStreamHandle(reading);

  const start = cursor.offset;
  // Negative: the operator had finished, and has neither subtasks nor state.
  const subtasks = cursor.i32('the number of subtasks');
  cursor.fit(subtasks, 4, 'subtasks', start);
  for (let subtask = 0; subtask < subtasks; subtask += 1) {
    // Negative: this subtask had finished. Version 2 knows no such thing.
    const index = cursor.i32('the index of a subtask');
    if (version === 2 || index >= 0) readSubtask(reading);
  }
  return { id, name: name === '' ? undefined : name, parallelism, maxParallelism };
}

function readSubtask(reading: MetadataReading): void {
  const { cursor, version } = reading;
  if (version === 2) cursor.skip(8 + 4, 'fields of Flink 1.1');
  for (const what of ['managed', 'raw']) {
    if (cursor.i32(`whether there is ${what} operator state`) !== 0) readOperatorState(reading);
  }
  readKeyedState(reading); // managed
  readKeyedState(reading); // raw
  if (version < 3) return;
  for (const what of ['input channel states', 'output channel states']) {
    const channels = cursor.count(what, 1);
    for (let channel = 0; channel < channels; channel += 1) readChannelState(reading);
  }
}
