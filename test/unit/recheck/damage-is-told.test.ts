/** What a check that finds damage makes of it: a mark, a neighbour that is named, a file that is copied again. */
import { beforeEach, describe, expect, test } from 'vitest';
import { protectJob } from '../../../activities/protect/protect-job.ts';
import { recheckJob } from '../../../activities/recheck/recheck-job.ts';
import { chooseRecoveryPoint } from '../../../jobs/recovery-points/recovery-points.ts';
import { annotations } from '../../../model/job/marks.ts';
import type { RecoveryPointManifest } from '../../../model/recovery/manifest.ts';
import { storeKeys } from '../../../model/store-keys.ts';
import { deploy, fleetOf, stagePulse, userDeployment } from '../../simulation/harness/fleet.ts';
import { stepCheckpoints } from '../../simulation/harness/step-checkpoints.ts';
import { twoZones } from '../../simulation/harness/two-zones.ts';
import type { SimulatedStore } from '../../../simulation/world/simulated-store.ts';
import { SimulatedWorld } from '../../../simulation/world/simulated-world.ts';

const fleet = fleetOf({ P1: 1 });
const job = { namespace: 'default', name: 'p1-0' };

describe('a check that finds damage', () => {
  let world: SimulatedWorld;
  let store: SimulatedStore;
  let home: string;
  let peer: string;
  let step: () => void;
  let older: RecoveryPointManifest;
  let newer: RecoveryPointManifest;

  beforeEach(async () => {
    const stage = twoZones('damage');
    ({ home, peer } = stage);
    world = new SimulatedWorld(stage.config, { seed: 1, speed: 50 });
    store = world.store(peer);
    world.checkpoints.jobs.add('default/p1-0');
    await deploy(world, home, fleet);
    const shipped = userDeployment(job, 'P1');
    shipped.metadata.annotations = { [annotations.mode]: 'ship' };
    await world.cluster(home).applyDeployment(shipped);
    step = await stepCheckpoints(world, world.operator(home).runs.get('default/p1-0')!);
    older = await protect('1');
    newer = await protect('2');
  });

  async function protect(round: string): Promise<RecoveryPointManifest> {
    step();
    const result = await protectJob(world, { zone: home, round, ...job }, stagePulse(world));
    expect(result.outcome, result.sentence).toBe('protected');
    const { bytes } = store.objects.get(storeKeys.recoveryPointKey(job, result.recoveryPoint!))!;
    return JSON.parse(new TextDecoder().decode(bytes)) as RecoveryPointManifest;
  }
  const check = () => recheckJob(world, { zone: home, ...job, all: true }, stagePulse(world));
  const states = async () => (await check()).points.map(({ state }) => state);
  const chosen = async () => (await chooseRecoveryPoint(store, job, undefined)).chosen?.manifest.id;
  const named = () =>
    world.cluster(peer).deployments.get('default/p1-0')!.metadata.annotations![annotations.recoveryPoint]!;
  /** Only the newer one needs it. */
  const itsOwn = () => {
    const before = new Set(older.files.map(({ key }) => key));
    return newer.files.find(({ key }) => key.includes('/shared/') && !before.has(key))!.key;
  };
  function spoil(key: string): void {
    const bytes = Uint8Array.from(store.objects.get(key)!.bytes);
    bytes[0]! ^= 1;
    store.write(key, bytes);
  }

  test('passes over the marked one, and the standby names its neighbour', async () => {
    expect(await states()).toEqual(['intact', 'intact']);
    expect(named()).toContain(newer.id);
    spoil(itsOwn());
    expect(await chosen(), 'its size is what it was').toBe(newer.id);
    expect(await states()).toEqual(['damaged', 'intact']);
    expect(await chosen()).toBe(older.id);
    expect(named()).toContain(older.id);
  });

  test('sees a file that is too short by its size', async () => {
    const key = itsOwn();
    store.write(key, store.objects.get(key)!.bytes.subarray(1));
    expect(await states()).toEqual(['damaged', 'intact']);
  });

  test('has the file copied again by the next shipment, and no more once that is done', async () => {
    const key = itsOwn();
    spoil(key);
    await check();
    world.ledger.clear();
    await protect('3');
    const copies = () => world.ledger.of(peer, 'store writeStream').filter(({ object }) => object === key).length;
    expect(copies()).toBe(1);
    // The mark is there until the next check, but the file is another one by now.
    await protect('4');
    expect(copies()).toBe(1);
    expect(new Set(await states())).toEqual(new Set(['intact']));
  });
});
