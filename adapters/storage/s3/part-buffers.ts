/**
 * Buffers for the parts of uploads, used again and again: allocating one for each would make the garbage collector run
 * for every few dozen megabytes, which cost as much time as taking the digests.
 */

import { leastPartBytes } from './s3-upload.ts';

/** Kept for the next upload; memory holds what was written of them. */
const mostKept = 8;

/** The buffers of one store. */
export class PartBuffers {
  readonly #free: Buffer[] = [];

  take(leastBytes: number): Buffer {
    const index = this.#free.findIndex(({ length }) => length >= leastBytes);
    if (index >= 0) return this.#free.splice(index, 1)[0]!;
    // All of one size, so that each fits most uploads; never from Node's own pool, of which it would be a part.
    return Buffer.allocUnsafeSlow(Math.max(leastBytes, leastPartBytes));
  }

  /** Takes back what `part` lies in. Not after a failed request: its bytes may still wait in a socket. */
  giveBack(part: Uint8Array): void {
    if (this.#free.length < mostKept) this.#free.push(Buffer.from(part.buffer));
  }
}
