/** What retention does before what, and what it leaves alone: each rule broken by itself makes one of these fail. */
import { beforeEach, describe, expect, test } from 'vitest';
import { OutsideFailure } from '../../../adapters/failure.ts';
import { retainForgotten } from '../../../activities/retain/retain-forgotten.ts';
import { retainJob } from '../../../jobs/retention/retain-job.ts';
import type { RecoveryPointManifest } from '../../../model/recovery/manifest.ts';
import { annotations } from '../../../model/job/marks.ts';
import { storeKeys } from '../../../model/store-keys.ts';
import { flinkPath, wholeStore } from '../../../model/store-location.ts';
import { deploy, fleetOf, protectAll, stagePulse } from '../../simulation/harness/fleet.ts';
import { twoZones } from '../../simulation/harness/two-zones.ts';
import type { SimulatedStore } from '../../../simulation/world/simulated-store.ts';
import { SimulatedWorld } from '../../../simulation/world/simulated-world.ts';
import { writeMetadata } from '../../../simulation/snapshot/write-metadata.ts';

const fleet = fleetOf({ P1: 1 });
const job = { namespace: 'default', name: 'p1-0' };

interface SharedFile {
  name: string;
  stream: { tag: 2; size: number; path: string };
}

/** Of an incremental checkpoint that shares these files. */
function metadataOf(checkpointId: number, shared: SharedFile[]): Uint8Array {
  const meta = { tag: 6 as const, path: 'own', size: 1 };
  const keyed = { tag: 11 as const, meta, shared, private: [], id: 'handle' };
  const subtask = { managed: undefined, raw: undefined, keyed, rawKeyed: { tag: 0 as const }, inputs: [], outputs: [] };
  const count = { name: 'count', id: 7n, parallelism: 1, maxParallelism: 128, coordinator: { tag: 0 as const } };
  const operators = [{ ...count, subtasks: [subtask] }];
  return writeMetadata({ version: 4, checkpointId, masterStates: [], operators }).bytes;
}

describe('retention', () => {
  let world: SimulatedWorld;
  let store: SimulatedStore;
  let home: string;
  let peer: string;
  /** Oldest first; one more than is kept. */
  let made: RecoveryPointManifest[];

  beforeEach(async () => {
    const stage = twoZones('deletion');
    ({ home, peer } = stage);
    world = new SimulatedWorld(stage.config, { seed: 1, speed: 50 });
    store = world.store(peer);
    await deploy(world, home, fleet);
    for (const round of ['1', '2', '3', '4']) await protectAll(world, home, fleet, round);
    made = store
      .keys(storeKeys.recoveryPointsPrefix(job))
      .filter((key) => key.endsWith('/manifest.json'))
      .map((key) => JSON.parse(new TextDecoder().decode(store.objects.get(key)!.bytes)) as RecoveryPointManifest);
    expect(made).toHaveLength(4);
  });

  const retain = (dryRun = false) => retainJob(world, { zone: home, ...job, dryRun }, stagePulse(world));
  const filesOf = (manifest: RecoveryPointManifest) => store.keys(manifest.snapshot);
  const manifestKey = ({ id }: RecoveryPointManifest) => storeKeys.recoveryPointKey(job, id);
  const everything = () => [...store.objects.keys()].sort();

  test('deletes the oldest with its files, and nothing in a rehearsal', async () => {
    const before = everything();
    expect(await retain(true)).toMatchObject({ outcome: 'retained', kept: 3, items: [{ what: made[0]!.id }] });
    expect(everything()).toEqual(before);
    expect(await retain()).toMatchObject({ outcome: 'retained', kept: 3, items: [{ what: made[0]!.id }] });
    expect(filesOf(made[0]!)).toEqual([]);
    for (const manifest of made.slice(1)) expect(filesOf(manifest).length).toBeGreaterThan(1);
  });

  test('that dies before the files are gone is gone on with, though no manifest names them any more', async () => {
    let dead = true;
    world.ledger.onNote(({ zone, kind, object }) => {
      if (!dead || zone !== peer || kind !== 'store delete' || !object.startsWith('snapshots/')) return;
      expect(store.objects.has(manifestKey(made[0]!)), 'what has a manifest is whole').toBe(false);
      throw new OutsideFailure('Unreachable', `store ${peer}`, 'dead');
    });
    await expect(retain()).rejects.toThrow('dead');
    expect(filesOf(made[0]!).length).toBeGreaterThan(1);
    dead = false;
    expect(await retain()).toMatchObject({ outcome: 'retained', kept: 3 });
    expect(filesOf(made[0]!)).toEqual([]);
    expect(store.keys(storeKeys.recoveryPointPrefix(job, made[0]!.id))).toEqual([]);
  });

  test('stands still where another version has written a manifest', async () => {
    const foreign = new TextEncoder().encode(JSON.stringify({ ...made[0]!, schema: 2 }));
    store.write(manifestKey(made[0]!), foreign);
    const before = everything();
    expect(await retain()).toMatchObject({ outcome: 'skipped', items: [] });
    expect(everything()).toEqual(before);
  });

  test('keeps what a job was started from that cannot be asked whether it still needs it', async () => {
    const active = world.cluster(home).deployments.get('default/p1-0')!;
    active.metadata.annotations = { ...active.metadata.annotations, [annotations.startedFrom]: made[0]!.restorePath };
    world.ledger.onNote(({ zone, kind }) => {
      if (zone === home && kind.startsWith('flink '))
        throw new OutsideFailure('Unreachable', `flink ${home}`, 'silent');
    });
    expect(await retain()).toMatchObject({ outcome: 'retained', kept: 4, items: [] });
    expect(filesOf(made[0]!).length).toBeGreaterThan(1);
  });

  test('keeps files that the checkpoints of the job itself still refer to, and only so long', async () => {
    const active = world.cluster(home).deployments.get('default/p1-0')!;
    active.metadata.annotations = { ...active.metadata.annotations, [annotations.startedFrom]: made[0]!.restorePath };
    const { stores } = world.config.zones[peer]!;
    const checkpoint = (id: number, files: string[]) => {
      const folder = `checkpoints/default/p1-0/chk-${id}`;
      const shared = files.map((key, index) => ({
        name: `${index}.sst`,
        stream: { tag: 2 as const, size: 1, path: flinkPath(stores['s3']!, key, 'inZone') },
      }));
      world.flinkFiles(home).write(`${folder}/_metadata`, metadataOf(id, shared));
      const run = world.operator(home).runs.get('default/p1-0')!;
      const free = run.checkpointsAt.bind(run);
      const externalPath = flinkPath(wholeStore(world.config.zones[home]!.stores['s3']!), folder, 'inZone');
      run.checkpointsAt = (nowMs) => {
        const statistics = free(nowMs);
        return { ...statistics, latestCompleted: { ...statistics.latestCompleted!, id, externalPath } };
      };
    };
    const [ours] = filesOf(made[0]!).filter((key) => !key.endsWith('/_metadata'));
    checkpoint(100, [ours!]);
    expect(await retain()).toMatchObject({ outcome: 'retained', kept: 4, items: [] });
    checkpoint(101, []);
    expect(await retain()).toMatchObject({ outcome: 'retained', kept: 3, items: [{ what: made[0]!.id }] });
    expect(filesOf(made[0]!)).toEqual([]);
  });

  describe('of a job that is in no zone any more', () => {
    const forget = () => retainForgotten(world, { zone: home, store: 's3', ...job }, stagePulse(world));
    beforeEach(() => {
      for (const zone of [home, peer]) world.cluster(zone).deployments.clear();
    });

    test('waits until nothing was written for it for long enough', async () => {
      const before = everything();
      await forget();
      expect(everything()).toEqual(before);
      world.config.retention.deletedJobsAfterMs = 0;
      // Its time is the simulated one: on a busy machine it may take several.
      let done = await forget();
      while (done.unfinished) done = await forget();
      expect(done).toMatchObject({ outcome: 'retained' });
      expect(store.keys(storeKeys.recoveryPointsPrefix(job))).toEqual([]);
    });

    test('deletes nothing while a zone does not say whether it has the job', async () => {
      world.config.retention.deletedJobsAfterMs = 0;
      const before = everything();
      world.zone(home).dead = true;
      expect(await forget()).toMatchObject({ outcome: 'skipped' });
      expect(everything()).toEqual(before);
    });
  });
});
