/** Streams whose length is known before: cut to it when read, held to it when written. */
import type { Hash } from 'node:crypto';
import { Readable } from 'node:stream';
import { OutsideFailure } from '../failure.ts';
import { unstalled } from './stall-watch.ts';
import { describeCall, type StoreCall } from './store-failure.ts';

/**
 * The first `sizeBytes` of an answer's body. Fails with `BadAnswer` if fewer come, with what `failureOf` makes of it if
 * the body breaks or stalls. Destroying it destroys the body, which gives its connection back.
 */
export function firstBytes(
  call: StoreCall,
  body: Readable,
  sizeBytes: number,
  failureOf: (call: StoreCall, error: unknown) => unknown,
): Readable {
  const first = Readable.from(cut(call, body, sizeBytes, failureOf), { objectMode: false });
  // A generator that nobody began to read does not get to its `finally`.
  first.once('close', () => body.destroy());
  return first;
}

async function* cut(
  call: StoreCall,
  body: Readable,
  sizeBytes: number,
  failureOf: (call: StoreCall, error: unknown) => unknown,
): AsyncIterable<Uint8Array> {
  let left = sizeBytes;
  try {
    for await (const chunk of unstalled(call.clock, body)) {
      // Not earlier: a body that is read to its end leaves its connection fit for the next request.
      if (left === 0 && chunk.length > 0) break;
      const wanted = chunk.length > left ? chunk.subarray(0, left) : chunk;
      left -= wanted.length;
      if (wanted.length > 0) yield wanted;
    }
  } catch (error) {
    throw failureOf(call, error);
  }
  if (left > 0) {
    const message = `${describeCall(call)} broke off: ${sizeBytes - left} of ${sizeBytes} bytes came.`;
    throw new OutsideFailure('BadAnswer', call.system, message);
  }
}

/** The same bytes; fails with `Invalid` before a byte too many is passed on, and at an end that comes too early. */
export async function* exactly(
  call: StoreCall,
  body: AsyncIterable<Uint8Array>,
  sizeBytes: number,
): AsyncIterable<Uint8Array> {
  let passed = 0;
  const wrong = (what: string) => {
    const message = `${describeCall(call)} was given up: ${what} than the ${sizeBytes} bytes that were announced.`;
    return new OutsideFailure('Invalid', call.system, message);
  };
  for await (const chunk of body) {
    passed += chunk.length;
    if (passed > sizeBytes) throw wrong('more bytes came');
    yield chunk;
  }
  if (passed < sizeBytes) throw wrong(`${passed} bytes came, fewer`);
}

/** Gives a buffer of at least that size, whatever is in it. */
export type BufferSource = (leastBytes: number) => Buffer;

/** The same bytes in pieces of `partBytes`, a buffer for each; only the last may be shorter. None for an empty stream. */
export async function* inParts(
  body: AsyncIterable<Uint8Array>,
  partBytes: number,
  source: BufferSource = Buffer.allocUnsafe,
): AsyncIterable<Uint8Array> {
  let part: Buffer | undefined;
  let filled = 0;
  for await (const chunk of body) {
    let rest = chunk;
    while (rest.length > 0) {
      part ??= source(partBytes);
      const taken = rest.subarray(0, partBytes - filled);
      part.set(taken, filled);
      filled += taken.length;
      rest = rest.subarray(taken.length);
      if (filled < partBytes) break;
      yield part.subarray(0, partBytes);
      part = undefined;
      filled = 0;
    }
  }
  if (part) yield part.subarray(0, filled);
}

/** The same bytes; `hash` has seen those that were passed on. */
export async function* hashed(body: AsyncIterable<Uint8Array>, hash: Hash): AsyncIterable<Uint8Array> {
  for await (const chunk of body) {
    hash.update(chunk);
    yield chunk;
  }
}
