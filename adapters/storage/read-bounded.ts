/** Reads an answer's body into memory, but never more of it than the caller allows. */
import type { Readable } from 'node:stream';
import { OutsideFailure } from '../failure.ts';
import { unstalled } from './stall-watch.ts';
import { describeCall, type StoreCall } from './store-failure.ts';

/**
 * The whole body; `TooLarge` if it is, or says it is, longer than `maxBytes`; `BadAnswer` if it ends before its
 * announced length. The body is destroyed in every case, which gives its connection back.
 */
export async function readBounded(
  call: StoreCall,
  body: Readable,
  limits: { maxBytes: number; announcedBytes?: number | undefined },
): Promise<Uint8Array> {
  const { maxBytes, announcedBytes } = limits;
  try {
    if (announcedBytes !== undefined && announcedBytes > maxBytes) throw tooLarge(call, maxBytes);
    const chunks: Uint8Array[] = [];
    let length = 0;
    for await (const chunk of unstalled(call.clock, body)) {
      length += chunk.length;
      if (length > maxBytes) throw tooLarge(call, maxBytes);
      chunks.push(chunk);
    }
    if (announcedBytes !== undefined && length !== announcedBytes) {
      const message = `${describeCall(call)} broke off: ${length} of ${announcedBytes} bytes came.`;
      throw new OutsideFailure('BadAnswer', call.system, message);
    }
    return Buffer.concat(chunks, length);
  } finally {
    body.destroy();
  }
}

function tooLarge(call: StoreCall, maxBytes: number): OutsideFailure {
  const message = `${describeCall(call)} was given up: it is longer than the ${maxBytes} bytes allowed here.`;
  return new OutsideFailure('TooLarge', call.system, message);
}
