/** What a round does before what, and what it leaves undone then: each rule broken by itself makes one of these fail. */
import { beforeEach, describe, expect, test } from 'vitest';
import { protectJob } from '../../../activities/protect/protect-job.ts';
import type { ProtectResult } from '../../../model/results/protect.ts';
import type { RecoveryPointManifest } from '../../../model/recovery/manifest.ts';
import { annotations, labels } from '../../../model/job/marks.ts';
import { storeKeys } from '../../../model/store-keys.ts';
import { deploy, fleetOf, stagePulse, userDeployment } from '../../simulation/harness/fleet.ts';
import { twoZones } from '../../simulation/harness/two-zones.ts';
import { waitUntil } from '../../simulation/harness/wait-until.ts';
import { SimulatedWorld } from '../../../simulation/world/simulated-world.ts';

const fleet = fleetOf({ P1: 3 });
const [job] = fleet as [(typeof fleet)[0], ...typeof fleet];

describe('a round of protection', () => {
  let world: SimulatedWorld;
  let home: string;
  let peer: string;
  beforeEach(async () => {
    const stage = twoZones('order');
    ({ home, peer } = stage);
    world = new SimulatedWorld(stage.config, { seed: 1, speed: 50 });
    await deploy(world, home, fleet);
  });

  const protect = (round: string, { namespace, name } = job): Promise<ProtectResult> =>
    protectJob(world, { zone: home, round, namespace, name }, stagePulse(world));
  const keysBelow = (folder: string) => world.store(peer).keys(folder);
  const manifestKeys = () =>
    keysBelow(storeKeys.recoveryPointsPrefix(job)).filter((key) => key.endsWith('/manifest.json'));
  const runOf = ({ namespace, name } = job) => world.operator(home).runs.get(`${namespace}/${name}`)!;

  /** The job ships from now on, and has a checkpoint. */
  async function ship(): Promise<void> {
    world.checkpoints.jobs.add('default/p1-0');
    const shipped = userDeployment(job, 'P1');
    shipped.metadata.annotations = { [annotations.mode]: 'ship' };
    await world.cluster(home).applyDeployment(shipped);
    await waitUntil('a checkpoint', () => runOf().checkpointsAt(world.now()).latestCompleted !== undefined);
  }

  test('writes no manifest of a snapshot that misses a file', async () => {
    world.savepoints.faults.set('default/p1-0', 'file-missing');
    expect(await protect('1')).toMatchObject({ outcome: 'failed', code: 'SnapshotIncomplete' });
    expect(manifestKeys()).toEqual([]);
    expect(world.cluster(peer).deployments.size).toBe(0);
  });

  test('writes no manifest of a snapshot with a file that is too short', async () => {
    await ship();
    world.ledger.onNote(({ zone, kind, object }) => {
      if (zone !== peer || kind !== 'store put' || !object.endsWith('/_metadata')) return;
      const key = keysBelow(storeKeys.shippedFilesPrefix(job))[0]!;
      world.store(peer).write(key, world.store(peer).objects.get(key)!.bytes.subarray(1));
    });
    expect(await protect('1')).toMatchObject({ outcome: 'failed', code: 'SnapshotIncomplete' });
    expect(manifestKeys()).toEqual([]);
  });

  test('writes files, then the _metadata, then the manifest, then the standby', async () => {
    await ship();
    world.ledger.clear();
    expect(await protect('1')).toMatchObject({ outcome: 'protected' });
    const writes = world.ledger.of(peer).flatMap(({ kind, object }) => {
      if (kind === 'store writeStream') return 'file';
      if (kind === 'store put' && object.endsWith('/_metadata')) return '_metadata';
      if (kind === 'store put' && object.endsWith('/manifest.json')) return 'manifest';
      return kind === 'kubernetes apply' ? 'standby' : [];
    });
    expect(writes.filter((one, index) => one !== writes[index - 1])).toEqual([
      'file',
      '_metadata',
      'manifest',
      'standby',
    ]);
    expect(writes.filter((one) => one === '_metadata')).toHaveLength(1);
  });

  test('asks nothing of a job while the store fails the probe', async () => {
    world.zone(peer).storeRefuses = true;
    expect(await protect('1')).toMatchObject({ outcome: 'failed', code: 'StoreDown' });
    expect(world.savepoints.triggered).toEqual([]);
  });

  test('asks nothing of a job that is not well', async () => {
    runOf().fault = 'never-ready';
    expect(await protect('1')).toMatchObject({ outcome: 'failed', code: 'JobNotHealthy' });
    expect(world.savepoints.triggered).toEqual([]);
  });

  test('waits for its turn among the savepoints of the zone', async () => {
    world.config.protect.savepointsAtOnce = 1;
    world.savepoints.faults.set('default/p1-0', 'hangs');
    const [first, second] = [fleet[0]!, fleet[1]!];
    const slow = protect('1', first);
    await waitUntil('its savepoint', () => world.savepoints.triggered.length === 1);
    let secondBegan = false;
    world.ledger.onNote(({ kind, object }) => {
      if (kind === 'flink triggerSavepoint' && object === 'default/p1-1') secondBegan = true;
    });
    const next = protect('1', second);
    expect(await slow).toMatchObject({ outcome: 'failed', code: 'SavepointFailed' });
    expect(secondBegan).toBe(false);
    expect(await next).toMatchObject({ outcome: 'protected' });
    expect(secondBegan).toBe(true);
  });

  test('is refused beside another of the same job', async () => {
    const both = await Promise.all([protect('by schedule'), protect('by hand')]);
    expect(both.map(({ code }) => code)).toContain('RoundUnderWay');
    expect(manifestKeys()).toHaveLength(1);
  });

  test('begins nothing while old recovery points of the job are deleted', async () => {
    const mark = storeKeys.deletingKey(job, 'somebody');
    await world.store(peer).put(mark, new Uint8Array());
    let looks = 0;
    world.ledger.onNote(({ zone, kind, object }) => {
      if (zone === peer && kind === 'store children' && object === storeKeys.deletingPrefix(job)) looks += 1;
    });
    const round = protect('1');
    await waitUntil('the third look', () => looks >= 3);
    expect(world.savepoints.triggered).toEqual([]);
    await world.store(peer).delete(mark);
    expect(await round).toMatchObject({ outcome: 'protected' });
  });

  test('finds the savepoint of its first attempt though the JobManager has forgotten it', async () => {
    expect(await protect('1')).toMatchObject({ outcome: 'protected' });
    world.savepoints.forgetAll();
    expect(await protect('1')).toMatchObject({ outcome: 'protected' });
    expect(world.savepoints.triggered).toHaveLength(1);
    expect(manifestKeys()).toHaveLength(1);
  });

  test('writes the epoch down that the job has, and tells the store of it', async () => {
    const moved = userDeployment(job, 'P1');
    moved.metadata.annotations = { [annotations.epoch]: '7' };
    await world.cluster(home).applyDeployment(moved);
    expect(await protect('1')).toMatchObject({ outcome: 'protected' });
    const { bytes } = world.store(peer).objects.get(manifestKeys()[0]!)!;
    expect((JSON.parse(new TextDecoder().decode(bytes)) as RecoveryPointManifest).epoch).toBe(7);
    expect(world.store(peer).objects.has(storeKeys.epochKey(job, 7))).toBe(true);
  });

  test('leaves the object in the peer alone that has become the active one meanwhile', async () => {
    expect(await protect('1')).toMatchObject({ outcome: 'protected' });
    const cluster = world.cluster(peer);
    let escaped = false;
    world.ledger.onNote(({ zone, kind, object }) => {
      if (escaped || zone !== peer || kind !== 'store put' || !object.endsWith('/manifest.json')) return;
      escaped = true;
    });
    world.ledger.onNote(({ zone, kind }) => {
      if (!escaped || zone !== peer || kind !== 'kubernetes apply') return;
      const standby = cluster.deployments.get('default/p1-0')!;
      standby.metadata.labels![labels.role] = 'active';
      standby.metadata.resourceVersion = '1000000';
    });
    expect(await protect('2')).toMatchObject({ outcome: 'failed', code: 'EpochTaken' });
    expect(cluster.deployments.get('default/p1-0')!.metadata.labels![labels.role]).toBe('active');
  });
});
