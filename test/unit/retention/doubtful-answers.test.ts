/** Whatever a store answers, in whatever order, retention deletes nothing that a kept recovery point needs. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { OutsideFailure } from '../../../adapters/failure.ts';
import { DoubtfulStore, lies } from './doubtful-store.ts';
import { drawnPlot, Kept, type Plot } from './kept.ts';

/** A lie is drawn for each answer; more than half of them are true, so that runs get somewhere. */
const lie = fc.oneof(
  { weight: 6, arbitrary: fc.constant('whole' as const) },
  { weight: 5, arbitrary: fc.constantFrom(...lies) },
);

async function play(plot: Plot, runs: number, next: () => (typeof lies)[number]): Promise<Kept> {
  const server = new DoubtfulStore();
  const kept = new Kept(plot, server);
  kept.fill();
  server.onChange = () => kept.expectKept();
  for (let run = 0; run < runs; run += 1) {
    server.nextLie = next;
    const before = kept.manifestIds();
    const tombstones = kept.tombstoneIds();
    const done = await kept.retain(server.open()).catch((error: unknown) => {
      if (!(error instanceof OutsideFailure)) throw error;
    });
    server.nowMs += 60_000;
    if (!done) continue;
    // What went is told, and what is told went.
    const after = new Set(kept.manifestIds());
    const told = done.items.filter(({ kind }) => kind === 'recovery point').map(({ what }) => what);
    const vanished = before.filter((id) => !after.has(id));
    expect(told).toEqual(expect.arrayContaining(vanished));
    expect([...vanished, ...tombstones]).toEqual(expect.arrayContaining(told));
  }
  return kept;
}

const property = fc.asyncProperty(
  drawnPlot,
  fc.integer({ min: 1, max: 4 }),
  fc.infiniteStream(lie),
  async (plot, runs, drawn) => {
    const kept = await play(plot, runs, () => drawn.next().value);
    await kept.expectTidied();
  },
);

describe('retention, from a store whose answers may be wrong,', () => {
  test('deletes nothing that a kept recovery point needs, and all else once the answers are true', async () => {
    await fc.assert(property, { numRuns: 400 });
  });

  // Each failed before anything was asked for by its key.
  test.each([1, 2, 3])('seed %i', async (seed) => {
    await fc.assert(property, { seed, numRuns: 60 });
  });

  test.each(lies.filter((one) => !one.startsWith('failing')))('believes no listing: always %s', async (always) => {
    const plot: Plot = { made: [0, 1, 2, 3, 4, 5], named: 1, twinFrom: 0, damaged: 5, leftover: 'young' };
    const kept = await play(plot, 3, () => always);
    await kept.expectTidied();
  });
});

test('a job without any object is not forgotten while the newest of its files is hidden by a listing', async () => {
  const server = new DoubtfulStore();
  const kept = new Kept(
    { made: [0, 1, 2], named: undefined, twinFrom: undefined, damaged: undefined, leftover: undefined },
    server,
  );
  kept.fill();
  const before = [...server.objects.keys()].sort();
  for (const always of ['truncated', 'empty', 'lagging'] as const) {
    server.nextLie = () => always;
    await kept.forget(server.open());
    expect([...server.objects.keys()].sort(), always).toEqual(before);
  }
});
