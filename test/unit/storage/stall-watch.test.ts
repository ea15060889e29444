import { once } from 'node:events';
import { PassThrough, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../adapters/clock.ts';
import { Stalled, StallWatch, unstalled, watchedOut, type Patience } from '../../../adapters/storage/stall-watch.ts';

const impatient: Patience = { silenceMs: 200, leastBytesPerSecond: 1_000, overMs: 400 };
/** On a machine that is busy a chunk may come late: only where silence is what is tried may it be short. */
const calm: Patience = { ...impatient, silenceMs: 10_000 };
const clock = systemClock();
const chunk = new Uint8Array(100);

async function read(body: AsyncIterable<Uint8Array>, betweenMs = 0): Promise<number> {
  let length = 0;
  for await (const { length: more } of body) {
    length += more;
    if (betweenMs > 0) await sleep(betweenMs);
  }
  return length;
}

/** A body of so many chunks, one every so many milliseconds. */
function bodyOf(chunks: number, everyMs: number): PassThrough {
  const body = new PassThrough();
  void (async () => {
    for (let n = 0; n < chunks && !body.destroyed; n += 1) {
      await sleep(everyMs);
      if (!body.destroyed) body.write(chunk);
    }
    if (!body.destroyed) body.end();
  })();
  return body;
}

describe('a body that is read', () => {
  it('may take long, if it moves', async () => {
    const slow = { ...calm, leastBytesPerSecond: 100 };
    expect(await read(unstalled(clock, bodyOf(40, 30), slow))).toBe(4_000);
  });

  it('is given up and destroyed after the silence', async () => {
    const body = new PassThrough();
    body.write(chunk);
    await expect(read(unstalled(clock, body, impatient))).rejects.toThrow(
      new Stalled('stalled: nothing moved for 0.2 s'),
    );
    expect(body.destroyed).toBe(true);
  });

  it('is given up when it trickles', async () => {
    const body = bodyOf(100, 150);
    await expect(read(unstalled(clock, body, calm))).rejects.toThrow(/^stalled: only \d+ bytes moved in \d+ s$/);
    expect(body.destroyed).toBe(true);
  });

  it('is not blamed for a reader that takes its time', async () => {
    const body = new PassThrough();
    for (let n = 0; n < 5; n += 1) body.write(chunk);
    body.end();
    expect(await read(unstalled(clock, body, impatient), 300)).toBe(500);
  });

  it('is watched again after its reader took its time', async () => {
    const body = new PassThrough();
    body.write(chunk);
    await expect(read(unstalled(clock, body, impatient), 300)).rejects.toBeInstanceOf(Stalled);
  });
});

describe('a receiver that is written to', () => {
  const receiver = (everyMs: number) => {
    let taken = 0;
    const write = (bytes: Uint8Array, _: string, next: () => void) => {
      taken += bytes.length;
      setTimeout(next, everyMs);
    };
    return Object.assign(new Writable({ highWaterMark: 1, write }), { taken: () => taken });
  };
  async function send(body: AsyncIterable<Uint8Array>, to: Writable, limits = impatient): Promise<void> {
    using watch = new StallWatch(clock, (why) => to.destroy(why), limits);
    await pipeline(watchedOut(body, watch), to);
  }

  it('may take long, if it moves', async () => {
    const to = receiver(30);
    await send(bodyOf(40, 1), to, { ...calm, leastBytesPerSecond: 100 });
    expect(to.taken()).toBe(4_000);
  });

  it('is given up when it takes nothing any more', async () => {
    await expect(send(bodyOf(5, 1), receiver(60_000))).rejects.toThrow('stalled: nothing moved for 0.2 s');
  });

  it('is not blamed for a body that is slow', async () => {
    const to = receiver(0);
    await send(bodyOf(4, 300), to);
    expect(to.taken()).toBe(400);
  });

  it('is watched for its answer after the last byte', async () => {
    const to = new PassThrough({ highWaterMark: 1 << 20 });
    const watch = new StallWatch(clock, (why) => to.destroy(why), impatient);
    const failing = once(to, 'error');
    for await (const bytes of watchedOut(bodyOf(2, 1), watch)) to.write(bytes);
    expect((await failing)[0]).toBeInstanceOf(Stalled);
  });
});
