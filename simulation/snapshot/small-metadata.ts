/** Writes a small `_metadata` of format version 4, as Flink 1.20 does: one operator, one keyed state in one file. */

const magic = 0x4960672d;

/** The bytes of `_metadata` for a snapshot whose state lies in `file`, beside it. */
export function writeMetadata(snapshot: { checkpointId: number; file: string; sizeBytes: number }): Uint8Array {
  const name = Buffer.from(snapshot.file, 'utf8');
  return Buffer.concat([
    i32(magic),
    i32(4),
    i64(snapshot.checkpointId),
    i32(0), // no master states
    i32(1), // operators
    i64(0x0123_4567),
    i64(0x89ab_cdef),
    i32(1), // parallelism
    i32(128),
    i8(0), // no coordinator state
    i32(1), // subtasks
    i32(0), // index
    i32(0), // no managed operator state
    i32(0), // no raw operator state
    i8(3), // keyed state by key groups
    i32(0),
    i32(1),
    i64(0),
    i8(6), // a file beside this one
    i16(name.length),
    name,
    i64(snapshot.sizeBytes),
    i8(0), // no raw keyed state
    i32(0), // no channel states
    i32(0),
    Buffer.from('aced000570', 'hex'), // checkpoint properties: Java's serialized null
  ]);
}

function i8(value: number): Buffer {
  return Buffer.from([value]);
}

function i16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

function i32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function i64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(BigInt(value));
  return bytes;
}
