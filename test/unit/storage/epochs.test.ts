import { beforeEach, describe, expect, test } from 'vitest';
import { claimEpoch, newestEpoch } from '../../../jobs/claims/epochs.ts';
import { storeKeys } from '../../../model/store-keys.ts';
import { twoZones } from '../../simulation/harness/two-zones.ts';
import type { SimulatedStore } from '../../../simulation/world/simulated-store.ts';
import { SimulatedWorld } from '../../../simulation/world/simulated-world.ts';

const job = { namespace: 'shop', name: 'orders' };
const claimOf = (owner: string) => ({ owner, zone: 'az-b', at: '2026-01-01T00:00:00Z' });

describe('an epoch', () => {
  let store: SimulatedStore;
  beforeEach(() => {
    const { config, peer } = twoZones('epochs');
    store = new SimulatedWorld(config, { seed: 1, speed: 1 }).store(peer);
  });

  test('is its first claimant’s, who may repeat the claim, and nobody else’s', async () => {
    expect(await claimEpoch(store, job, 3, claimOf('one'))).toEqual({ claimed: true, epoch: 3, repeated: false });
    expect(await claimEpoch(store, job, 3, claimOf('other'))).toEqual({ claimed: false, epoch: 3, holder: 'one' });
    expect(await claimEpoch(store, job, 3, claimOf('one'))).toEqual({ claimed: true, epoch: 3, repeated: true });
    expect(await newestEpoch(store, job)).toBe(3);
  });

  test('of a store that says "created" to two is whose claim stays', async () => {
    store.createIfAbsent = async (key) => {
      store.write(key, new TextEncoder().encode(JSON.stringify(claimOf('other'))));
      return 'created';
    };
    expect(await claimEpoch(store, job, 3, claimOf('one'))).toEqual({ claimed: false, epoch: 3, holder: 'other' });
  });

  test('whose claim cannot be read is nobody’s', async () => {
    store.write(storeKeys.epochKey(job, 3), new Uint8Array([1]));
    expect(await claimEpoch(store, job, 3, claimOf('one'))).toMatchObject({ claimed: false, holder: 'unknown' });
  });
});
