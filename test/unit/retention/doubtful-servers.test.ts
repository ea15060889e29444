/** The same promise with the real adapters, over HTTP, from servers of both kinds whose answers may be wrong. */
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { OutsideFailure } from '../../../adapters/failure.ts';
import { Kept as KeptObjects, type FakeRequest, type Lie } from '../storage/fake-stores.ts';
import { startFakeS3 } from '../storage/fake-s3.ts';
import { startFakeWebHdfs } from '../storage/fake-webhdfs.ts';
import { drawnPlot, Kept, type Plot, type Server } from './kept.ts';

const lies: Lie[] = ['whole', 'truncated', 'cut', 'empty', 'lagging', 'repeated', 'foreign', 'failing'];
const anyLie = fc.constantFrom(...lies);
/** Most answers to other questions than listings are true, so that runs get somewhere. */
const otherLie = fc.oneof({ weight: 20, arbitrary: fc.constant<Lie>('whole') }, { weight: 1, arbitrary: anyLie });
const listLie = fc.oneof({ weight: 3, arbitrary: fc.constant<Lie>('whole') }, { weight: 4, arbitrary: anyLie });

const kinds = { 'an S3 server': startFakeS3, 'a NameNode': startFakeWebHdfs };

let close: (() => Promise<void>) | undefined;
afterEach(async () => {
  await close?.();
  close = undefined;
});

/** A server of the kind, as `Kept` wants it: what lies there is looked at and written without a request. */
async function serverOf(start: (typeof kinds)[keyof typeof kinds]) {
  const objects = new KeptObjects();
  objects.nowMs = Date.UTC(2026, 10, 21);
  const fake = await start(objects);
  const store = fake.open();
  close = async () => {
    await store.close();
    await fake.close();
  };
  const server: Server = {
    objects: objects.objects,
    get nowMs() {
      return objects.nowMs;
    },
    set nowMs(nowMs) {
      objects.nowMs = nowMs;
    },
    onChange: () => {},
    nextLie: () => 'whole',
    write(key, text, modifiedMs = objects.nowMs) {
      const { nowMs } = objects;
      objects.nowMs = modifiedMs;
      objects.write(key, new TextEncoder().encode(text));
      objects.nowMs = nowMs;
    },
    open: () => store,
  };
  return { server, objects, store };
}

async function play(
  start: (typeof kinds)[keyof typeof kinds],
  plot: Plot,
  runs: number,
  lieTo: (request: FakeRequest) => Lie,
): Promise<{ deleted: number }> {
  const { server, objects, store } = await serverOf(start);
  const kept = new Kept(plot, server);
  kept.fill();
  const before = server.objects.size;
  objects.onChange = () => kept.expectKept();
  for (let run = 0; run < runs; run += 1) {
    objects.nextLie = lieTo;
    await tolerant(() => kept.retain(store));
    objects.nowMs += 60_000;
  }
  kept.expectKept();
  objects.nextLie = () => 'whole';
  await kept.expectTidied();
  await close?.();
  close = undefined;
  return { deleted: before - server.objects.size };
}

async function tolerant(work: () => Promise<unknown>): Promise<void> {
  await work().catch((error: unknown) => {
    if (!(error instanceof OutsideFailure)) throw error;
  });
}

describe.each(Object.entries(kinds))('retention, from %s whose answers may be wrong,', (_kind, start) => {
  test('deletes nothing that a kept recovery point needs, and all else once the answers are true', async () => {
    let deleted = 0;
    const property = fc.asyncProperty(
      drawnPlot,
      fc.infiniteStream(listLie),
      fc.infiniteStream(otherLie),
      async (plot, toLists, toOthers) => {
        const next = ({ operation }: FakeRequest) => (operation === 'list' ? toLists : toOthers).next().value;
        deleted += (await play(start, plot, 2, next)).deleted;
      },
    );
    await fc.assert(property, { numRuns: 25 });
    expect(deleted).toBeGreaterThan(20);
  });

  const readable = lies.filter((lie) => lie !== 'failing' && lie !== 'whole');
  test.each(readable)('believes no listing: always %s', async (always) => {
    const plot: Plot = { made: [0, 1, 2, 3, 4, 5], named: 1, twinFrom: 0, damaged: 5, leftover: 'young' };
    await play(start, plot, 2, ({ operation }) => (operation === 'list' ? always : 'whole'));
  });
});
