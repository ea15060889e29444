/** What readers conclude when a listing leaves out, or shows as it was, what lies there. */
import { beforeEach, describe, expect, test } from 'vitest';
import { currentEpoch } from '../../../jobs/snapshot/current-epoch.ts';
import { claimEpoch, newestEpoch } from '../../../jobs/claims/epochs.ts';
import type { SnapshotStore } from '../../../adapters/storage/port.ts';
import { chooseRecoveryPoint, damageOf } from '../../../jobs/recovery-points/recovery-points.ts';
import type { Ports } from '../../../adapters/ports.ts';
import { annotations } from '../../../model/job/marks.ts';
import { storeKeys } from '../../../model/store-keys.ts';
import { job, manifestOf } from '../retention/stage-data.ts';
import { DoubtfulStore } from '../retention/doubtful-store.ts';

const { signal } = new AbortController();
const claim = { owner: 'one', zone: 'az-b', at: '2026-01-01T00:00:00Z' };

let server: DoubtfulStore;
let store: SnapshotStore;

/** Only listings lie: nothing else is asked for in an order that a test should know. */
function listingsAre(lie: 'truncated' | 'empty' | 'lagging'): void {
  server.nextLie = (to) => (to === 'listing' ? lie : 'whole');
  store = server.open();
}

beforeEach(() => {
  server = new DoubtfulStore();
});

describe.each(['truncated', 'empty', 'lagging'] as const)('of a listing that is %s', (lie) => {
  beforeEach(() => {
    for (const epoch of [1, 2, 3]) server.write(storeKeys.epochKey(job, epoch), JSON.stringify(claim));
    for (const number of [4, 7]) {
      const manifest = manifestOf(number);
      for (const { key, sizeBytes } of manifest.files) server.write(key, 'x'.repeat(sizeBytes));
      server.write(storeKeys.recoveryPointKey(job, manifest.id), JSON.stringify(manifest));
    }
    const ids = [4, 7].map((number) => manifestOf(number).id);
    server.write(storeKeys.pointIndexKey(job), JSON.stringify({ schema: 1, ids }));
    listingsAre(lie);
  });

  test('the newest epoch is not believed: the next ones are asked for by key', async () => {
    expect(await newestEpoch(store, job, signal)).toBe(3);
    expect(await newestEpoch(store, job, signal, 2)).toBe(3);
  });

  test('a round counts on from the newest epoch that there is, and claims none that somebody has', async () => {
    const active = {
      metadata: { ...job, annotations: { [annotations.epoch]: '1' } },
      spec: {},
    } as unknown as Parameters<typeof currentEpoch>[2];
    const world = { now: () => Date.UTC(2026, 0, 1) } as unknown as Ports;
    expect(await currentEpoch(world, store, active, 'az-b', signal)).toBe(3);
    expect(await claimEpoch(store, job, 3, { ...claim, owner: 'other' }, signal)).toMatchObject({ claimed: false });
    expect([...server.objects.keys()].filter((key) => key.startsWith('epochs/'))).toHaveLength(3);
  });

  test('no recovery point misses a file', async () => {
    expect(await damageOf(store, manifestOf(7), signal)).toBeUndefined();
    const [file] = manifestOf(7).files;
    server.nextLie = () => 'whole';
    await server.open().delete(file!.key);
    expect(await damageOf(store, manifestOf(7), signal)).toContain(file!.key);
  });

  test('the newest intact recovery point is found all the same', async () => {
    const { chosen } = await chooseRecoveryPoint(store, job, undefined, signal);
    expect(chosen?.manifest.id).toBe(manifestOf(7).id);
  });

  test('a mark of damage is not overlooked', async () => {
    server.write(storeKeys.damageKey(job, manifestOf(7).id), '{}');
    const named = storeKeys.recoveryPointKey(job, manifestOf(7).id);
    const { chosen, damages } = await chooseRecoveryPoint(store, job, named, signal);
    expect(chosen?.manifest.id).toBe(manifestOf(4).id);
    expect(damages[0]).toContain(manifestOf(7).id);
  });
});
