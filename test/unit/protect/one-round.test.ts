import { beforeEach, describe, expect, test } from 'vitest';
import { holdRound } from '../../../jobs/claims/one-round.ts';
import { announceMaking } from '../../../jobs/claims/making-or-deleting.ts';
import { storeKeys } from '../../../model/store-keys.ts';
import { stagePulse } from '../../simulation/harness/fleet.ts';
import { SimulatedWorld } from '../../../simulation/world/simulated-world.ts';
import { twoZones } from '../../simulation/harness/two-zones.ts';

const job = { namespace: 'shop', name: 'orders' };
/** A minute passes in 600 ms. */
const speed = 100;

describe('a job’s round of protection', () => {
  let world: SimulatedWorld;
  let store: ReturnType<SimulatedWorld['store']>;
  beforeEach(() => {
    const { config, peer } = twoZones('rounds');
    world = new SimulatedWorld(config, { seed: 1, speed });
    store = world.store(peer);
  });

  /** As `protectJob` does it. */
  async function begin(round: string): Promise<AsyncDisposable> {
    const turn = new AsyncDisposableStack();
    turn.use(await announceMaking(world, store, job, round, stagePulse(world)));
    try {
      turn.use(await holdRound(store, job, round, stagePulse(world)));
      return turn;
    } catch (error) {
      await turn.disposeAsync();
      throw error;
    }
  }

  test('is refused while another is under way, and may begin when that has ended', async () => {
    const first = await begin('schedule');
    await expect(begin('by hand')).rejects.toMatchObject({ code: 'RoundUnderWay' });
    await first[Symbol.asyncDispose]();
    const second = await begin('by hand');
    await second[Symbol.asyncDispose]();
    expect(store.keys(storeKeys.makingPrefix(job))).toEqual([]);
  });

  test('is that of exactly one of two that begin at the same moment', async () => {
    const outcomes = await Promise.allSettled([begin('a'), begin('b')]);
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    for (const one of outcomes) if (one.status === 'fulfilled') await one.value[Symbol.asyncDispose]();
  });

  test('is its own when an attempt is repeated', async () => {
    const first = await begin('schedule');
    const repeated = await begin('schedule');
    await first[Symbol.asyncDispose]();
    await repeated[Symbol.asyncDispose]();
  });

  test('is renewed for as long as it lasts', async () => {
    const first = await begin('schedule');
    await world.clock.sleep(120_000);
    await expect(begin('by hand')).rejects.toMatchObject({ code: 'RoundUnderWay' });
    await first[Symbol.asyncDispose]();
  });

  test('counts no more a minute after its worker died', async () => {
    await store.put(storeKeys.makingKey(job, 'of-a-dead-worker'), new Uint8Array());
    await expect(begin('next')).rejects.toMatchObject({ code: 'RoundUnderWay' });
    await world.clock.sleep(61_000);
    const next = await begin('next');
    await next[Symbol.asyncDispose]();
  });
});
