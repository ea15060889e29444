import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../adapters/clock.ts';
import { readBounded } from '../../../adapters/storage/read-bounded.ts';

const call = { system: 'store az-b/s3', operation: 'read', key: 'a/b', clock: systemClock() };

describe('reading a bounded body', () => {
  it('gives the bytes of all chunks', async () => {
    const body = Readable.from([Buffer.from('ab'), Buffer.from('c')]);
    const bytes = await readBounded(call, body, { maxBytes: 3, announcedBytes: 3 });
    expect(Buffer.from(bytes).toString()).toBe('abc');
  });

  it('refuses by the announced length before it reads', async () => {
    let read = false;
    const body = new Readable({ read: () => void (read = true) });
    await expect(readBounded(call, body, { maxBytes: 3, announcedBytes: 4 })).rejects.toMatchObject({
      failureClass: 'TooLarge',
    });
    expect(read).toBe(false);
    expect(body.destroyed).toBe(true);
  });

  it('stops an endless body that announced nothing', async () => {
    let chunks = 0;
    const body = new Readable({
      read() {
        chunks += 1;
        this.push(Buffer.alloc(1_000));
      },
    });
    await expect(readBounded(call, body, { maxBytes: 5_000 })).rejects.toMatchObject({ failureClass: 'TooLarge' });
    expect(chunks).toBeLessThan(200);
    expect(body.destroyed).toBe(true);
  });

  it('does not take a part for the whole', async () => {
    const body = Readable.from([Buffer.from('ab')]);
    await expect(readBounded(call, body, { maxBytes: 9, announcedBytes: 3 })).rejects.toMatchObject({
      failureClass: 'BadAnswer',
    });
  });
});
