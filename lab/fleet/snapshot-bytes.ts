/** The smallest `_metadata` that Flink 1.20 could have written (format version 4): one operator, its state in one file. */

const magic = 0x4960672d;

/** `file` lies beside `_metadata` and has `sizeBytes`. */
export function metadataBytes(snapshot: { checkpointId: number; file: string; sizeBytes: number }): Uint8Array {
  const name = Buffer.from(snapshot.file, 'utf8');
  return Buffer.concat([
    i32(magic, 4),
    i64(snapshot.checkpointId),
    // No master states; one operator, whose id follows, with parallelism 1 of 128 and no coordinator state.
    i32(0, 1),
    i64(0x0123_4567, 0x89ab_cdef),
    i32(1, 128),
    Buffer.from([0]),
    // One subtask, the first: no operator state of either kind.
    i32(1, 0, 0, 0),
    // Keyed state by key groups, the first of one, from offset 0, in a file beside this one.
    Buffer.from([3]),
    i32(0, 1),
    i64(0),
    Buffer.from([6, 0, name.length]),
    name,
    i64(snapshot.sizeBytes),
    // No raw keyed state, no channel states; the checkpoint's properties are Java's serialized null.
    Buffer.from([0]),
    i32(0, 0),
    Buffer.from('aced000570', 'hex'),
  ]);
}

function i32(...values: number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, index) => bytes.writeInt32BE(value, 4 * index));
  return bytes;
}

function i64(...values: number[]): Buffer {
  const bytes = Buffer.alloc(8 * values.length);
  values.forEach((value, index) => bytes.writeBigInt64BE(BigInt(value), 8 * index));
  return bytes;
}
