import { setImmediate as settled } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { forEachAtOnce, settleEachAtOnce } from '../../../adapters/at-once.ts';

/** Work that waits until it is told how to end. */
function stage() {
  const begun: number[] = [];
  const ends = new Map<number, PromiseWithResolvers<void>>();
  const act = (item: number): Promise<void> => {
    begun.push(item);
    const end = Promise.withResolvers<void>();
    ends.set(item, end);
    return end.promise;
  };
  const end = async (item: number, error?: Error): Promise<void> => {
    if (error) ends.get(item)!.reject(error);
    else ends.get(item)!.resolve();
    await settled();
  };
  return { begun, act, end };
}

describe('work on each, a few at a time', () => {
  it('begins them in their order, no more than so many at once', async () => {
    const { begun, act, end } = stage();
    const all = forEachAtOnce([1, 2, 3, 4], 2, act);
    await settled();
    expect(begun).toEqual([1, 2]);
    await end(2);
    expect(begun).toEqual([1, 2, 3]);
    await end(1);
    await end(3);
    await end(4);
    await all;
  });

  it('begins none after the first failure, and throws it when those under way have ended', async () => {
    const { begun, act, end } = stage();
    let thrown: unknown;
    const all = forEachAtOnce([1, 2, 3, 4], 2, act).catch((error: unknown) => (thrown = error));
    await settled();
    await end(2, new Error('refused'));
    expect(thrown, 'the other one still acts').toBeUndefined();
    await end(1, new Error('refused as well'));
    await all;
    expect(begun).toEqual([1, 2]);
    expect(thrown).toEqual(new Error('refused'));
  });

  it('does nothing where there is nothing', async () => {
    await forEachAtOnce([], 2, () => expect.fail('acted'));
  });
});

it('begins all where each is by itself, and tells how each ended', async () => {
  const { begun, act, end } = stage();
  const all = settleEachAtOnce([1, 2, 3], 2, act);
  await settled();
  await end(1, new Error('refused'));
  expect(begun).toEqual([1, 2, 3]);
  await end(3);
  await end(2);
  expect((await all).map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
});
