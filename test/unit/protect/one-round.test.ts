import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { holdRound } from '../../../activities/protect/one-round.ts';
import { announceMaking } from '../../../activities/retain/making-or-deleting.ts';
import { storeKeys } from '../../../model/store-keys.ts';
import { SimulatedWorld } from '../../simulation/world/simulated-world.ts';
import { twoZones } from '../../simulation/harness/two-zones.ts';

const job = { namespace: 'shop', name: 'orders' };
const pulse = {
  signal: new AbortController().signal,
  sleep: (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)),
};

/** As `protectJob` does it. */
async function begin(store: ReturnType<SimulatedWorld['store']>, round: string): Promise<AsyncDisposable> {
  const turn = new AsyncDisposableStack();
  turn.use(await announceMaking(store, job, round, pulse));
  try {
    turn.use(await holdRound(store, job, round, pulse));
    return turn;
  } catch (error) {
    await turn.disposeAsync();
    throw error;
  }
}

describe('a job’s round of protection', () => {
  let store: ReturnType<SimulatedWorld['store']>;
  beforeEach(() => {
    vi.useFakeTimers({ now: 1_800_000_000_000 });
    const { config, peer } = twoZones('rounds');
    store = new SimulatedWorld(config, { seed: 1, speed: 1 }).store(peer);
  });
  afterEach(() => vi.useRealTimers());

  test('is refused while another is under way, and may begin when that has ended', async () => {
    const first = await begin(store, 'schedule');
    await expect(begin(store, 'by hand')).rejects.toMatchObject({ code: 'RoundUnderWay' });
    await first[Symbol.asyncDispose]();
    const second = await begin(store, 'by hand');
    await second[Symbol.asyncDispose]();
    expect(store.keys(storeKeys.makingPrefix(job))).toEqual([]);
  });

  test('is its own when an attempt is repeated', async () => {
    await begin(store, 'schedule');
    await expect(begin(store, 'schedule')).resolves.toBeDefined();
  });

  test('is renewed for as long as it lasts', async () => {
    await begin(store, 'schedule');
    await vi.advanceTimersByTimeAsync(10 * 60_000);
    await expect(begin(store, 'by hand')).rejects.toMatchObject({ code: 'RoundUnderWay' });
  });

  test('counts no more a minute after its worker died', async () => {
    const key = storeKeys.makingKey(job, 'of-a-dead-worker');
    await store.put(key, new Uint8Array());
    await expect(begin(store, 'next')).rejects.toMatchObject({ code: 'RoundUnderWay' });
    await vi.advanceTimersByTimeAsync(61_000);
    await expect(begin(store, 'next')).resolves.toBeDefined();
  });
});
