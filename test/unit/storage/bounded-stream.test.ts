import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../adapters/clock.ts';
import { exactly, firstBytes, inParts } from '../../../adapters/storage/bounded-stream.ts';
import { OutsideFailure } from '../../../adapters/failure.ts';

const call = { system: 'store az-b/s3', operation: 'read', key: 'a/b', clock: systemClock() };
const chunksOf = fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 12 });
const asItIs = (_call: unknown, error: unknown) => error;

async function* streamOf(chunks: Uint8Array[]): AsyncIterable<Uint8Array> {
  for (const chunk of chunks) yield chunk;
}

async function pieces(stream: AsyncIterable<Uint8Array>): Promise<Buffer[]> {
  const found: Buffer[] = [];
  for await (const chunk of stream) found.push(Buffer.from(chunk));
  return found;
}

describe('the first bytes of a body', () => {
  it('are as many as asked for, however the body is cut', async () => {
    await fc.assert(
      fc.asyncProperty(chunksOf, fc.double({ min: 0, max: 1, noNaN: true }), async (chunks, share) => {
        const whole = Buffer.concat(chunks);
        const asked = Math.floor(share * whole.length);
        const body = Readable.from(streamOf(chunks));
        const read = Buffer.concat(await pieces(firstBytes(call, body, asked, asItIs)));
        expect(Buffer.compare(read, whole.subarray(0, asked))).toBe(0);
      }),
    );
  });

  it('fail when there are fewer', async () => {
    const body = Readable.from(streamOf([new Uint8Array(7)]));
    await expect(pieces(firstBytes(call, body, 8, asItIs))).rejects.toMatchObject({
      failureClass: 'BadAnswer',
      message: 'store az-b/s3: read of a/b broke off: 7 of 8 bytes came.',
    });
  });

  it('fail with what is made of the body’s own failure', async () => {
    const broken = new OutsideFailure('Unreachable', 'store az-b/s3', 'no more');
    const body = new Readable({ read: () => body.destroy(new Error('reset')) });
    await expect(pieces(firstBytes(call, body, 8, () => broken))).rejects.toBe(broken);
  });

  it('destroy the body with them, also when nobody began to read', async () => {
    const body = Readable.from(streamOf([new Uint8Array(7)]));
    const first = firstBytes(call, body, 7, asItIs);
    first.destroy();
    await new Promise((resolve) => body.once('close', resolve));
    expect(body.destroyed).toBe(true);
  });
});

describe('a stream held to its length', () => {
  it('passes what is right and nothing beyond it', async () => {
    await fc.assert(
      fc.asyncProperty(chunksOf, fc.integer({ min: -3, max: 3 }), async (chunks, off) => {
        const whole = Buffer.concat(chunks);
        const announced = Math.max(0, whole.length + off);
        let passed = 0;
        const reading = (async () => {
          for await (const chunk of exactly(call, streamOf(chunks), announced)) passed += chunk.length;
        })();
        if (announced === whole.length) await reading;
        else await expect(reading).rejects.toMatchObject({ failureClass: 'Invalid' });
        expect(passed).toBeLessThanOrEqual(announced);
      }),
    );
  });
});

describe('parts of a stream', () => {
  it('are all of one size but the last, and together the stream', async () => {
    await fc.assert(
      fc.asyncProperty(chunksOf, fc.integer({ min: 1, max: 30 }), async (chunks, partBytes) => {
        const parts = await pieces(inParts(streamOf(chunks), partBytes));
        expect(Buffer.compare(Buffer.concat(parts), Buffer.concat(chunks))).toBe(0);
        expect(parts.slice(0, -1).every((part) => part.length === partBytes)).toBe(true);
        for (const part of parts) expect(part.length).toBeGreaterThan(0);
        expect(parts.at(-1)?.length ?? 0).toBeLessThanOrEqual(partBytes);
      }),
    );
  });
});
