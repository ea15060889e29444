/** Gives a snapshot's `_metadata` other paths, for a copy of its files elsewhere. */
import { encodeModifiedUtf8 } from './modified-utf8.ts';
import type { SnapshotReference } from './types.ts';

/** Java's `writeUTF` keeps the length in two bytes. */
const maxPathBytes = 0xffff;

/**
 * The bytes with every absolute, segment and directory path replaced by `newPathOf` it (called once for each, in the
 * order of the file); relative ones stay. Paths carry their own length and nothing else counts them, so all bytes
 * between two paths are copied as they are.
 *
 * @param bytes a `_metadata`
 * @param references what `readMetadata` found in exactly these bytes
 * @throws RangeError if a new path is longer than 65535 bytes, or if the references are not of these bytes
 */
export function rewriteReferences(
  bytes: Uint8Array,
  references: readonly SnapshotReference[],
  newPathOf: (reference: SnapshotReference) => string,
): Uint8Array {
  const pieces: Uint8Array[] = [];
  let copiedTo = 0;
  for (const reference of references.toSorted((a, b) => a.offset - b.offset)) {
    if (reference.kind === 'relative') continue;
    if (reference.offset < copiedTo || !standsIn(bytes, reference)) {
      throw new RangeError(`No path of a _metadata stands at byte ${reference.offset}: read these bytes again.`);
    }
    const path = encodeModifiedUtf8(newPathOf(reference));
    if (path.length > maxPathBytes) {
      throw new RangeError(
        `The new path for ${reference.path} has ${path.length} bytes, and ${maxPathBytes} are allowed: use a shorter prefix.`,
      );
    }
    pieces.push(bytes.subarray(copiedTo, reference.offset), Uint8Array.of(path.length >> 8, path.length & 0xff), path);
    copiedTo = reference.endOffset;
  }
  pieces.push(bytes.subarray(copiedTo));
  return concatenate(pieces);
}

/** Whether a text of the right length stands where the reference says. */
function standsIn(bytes: Uint8Array, { offset, endOffset }: SnapshotReference): boolean {
  const [high, low] = [bytes[offset], bytes[offset + 1]];
  if (high === undefined || low === undefined || endOffset > bytes.length) return false;
  return offset + 2 + high * 256 + low === endOffset;
}

function concatenate(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
