/** Old recovery points go, and what is needed stays, whoever dies. */
import { describe, expect, test } from 'vitest';
import { retainJob } from '../../jobs/retention/retain-job.ts';
import { damageOf } from '../../jobs/recovery-points/recovery-points.ts';
import { fleetOf, protectAll, stagePulse } from './harness/fleet.ts';
import { recoveryPointsOf } from './harness/recovery-points.ts';
import { expectNoGarbage, staged } from './harness/retained.ts';
import { waitUntil } from './harness/wait-until.ts';
import { MortalWorld } from '../../simulation/world/mortal-world.ts';

describe.concurrent('retention', () => {
  test('keeps what a twin was started from until its own checkpoint has replaced it', async () => {
    const scenario = await staged('retain-twin', { P0: 1 });
    const { world, home, peer } = scenario;
    const fleet = fleetOf({ P0: 1 });
    for (let round = 0; round < 5; round += 1) await protectAll(world, home, fleet, `${round}`);
    const made = recoveryPointsOf(scenario, 'p0-0').map(({ id }) => id);
    const request = { zone: home, namespace: 'default', name: 'p0-0' };
    const twin = world.operator(peer).runs.get('default/p0-0')!;
    const checkpoints = twin.checkpointsAt.bind(twin);
    twin.checkpointsAt = (at) => ({ ...checkpoints(at), latestCompleted: undefined });
    expect(await retainJob(world, request, stagePulse(world))).toMatchObject({ outcome: 'retained', kept: 4 });
    expect(recoveryPointsOf(scenario, 'p0-0').map(({ id }) => id)).toEqual([made[0], ...made.slice(-3)]);

    twin.checkpointsAt = checkpoints;
    world.checkpoints.jobs.add('default/p0-0');
    await waitUntil('a checkpoint of the twin’s own', () => checkpoints(world.now()).latestCompleted !== undefined);
    expect(await retainJob(world, request, stagePulse(world))).toMatchObject({ outcome: 'retained', kept: 3 });
    expect(recoveryPointsOf(scenario, 'p0-0').map(({ id }) => id)).toEqual(made.slice(-3));
    expectNoGarbage(scenario, 'p0-0');
  });

  test('deletes nothing of a job that runs in both zones', async () => {
    const scenario = await staged('retain-both', { P1: 1 });
    const { world, home, peer } = scenario;
    for (let round = 0; round < 5; round += 1) await protectAll(world, home, fleetOf({ P1: 1 }), `${round}`);
    const standby = world.cluster(peer).deployments.get('default/p1-0')!;
    standby.metadata.labels!['az-escape.io/role'] = 'active';
    const done = await retainJob(world, { zone: home, namespace: 'default', name: 'p1-0' }, stagePulse(world));
    expect(done).toMatchObject({ outcome: 'failed', code: 'EpochTaken' });
    expect(recoveryPointsOf(scenario, 'p1-0')).toHaveLength(5);
  });

  const deaths = [
    { kind: 'store put', object: /^deleting/ },
    { kind: 'store put', object: /expired\.json$/ },
    { kind: 'store delete', object: /manifest\.json$/ },
    { kind: 'store delete', object: /^snapshots/ },
    { kind: 'store removeFolder', object: /^snapshots/ },
    { kind: 'store delete', object: /expired\.json$/ },
    { kind: 'store removeFolder', object: /^recovery-points/ },
    { kind: 'store delete', object: /^deleting/ },
  ];
  test.each(deaths)('is finished by the next after its worker died at $kind $object', async ({ kind, object }) => {
    const scenario = await staged(`retain-death-${kind}-${object.source}`.replace(/[^a-z]+/g, '-'), { P1: 1 });
    const { world, home, peer } = scenario;
    for (let round = 0; round < 5; round += 1) await protectAll(world, home, fleetOf({ P1: 1 }), `${round}`);
    const made = recoveryPointsOf(scenario, 'p1-0').map(({ id }) => id);
    const request = { zone: home, namespace: 'default', name: 'p1-0' };
    const mortal = new MortalWorld(world);
    mortal.killAt(1, (entry) => entry.kind === kind && object.test(entry.object));
    const died = retainJob(mortal, request, mortal.pulse(stagePulse(world))).catch((error: unknown) => error);
    await waitUntil(`the death at ${kind}`, () => mortal.dead);
    for (const manifest of recoveryPointsOf(scenario, 'p1-0')) {
      expect(await damageOf(world.store(peer), manifest)).toBeUndefined();
    }
    // At once: what the dead one left of expired recovery points does not wait to grow old.
    await waitUntil('the rest is deleted', async () => {
      await retainJob(world, request, stagePulse(world));
      return world.store(peer).keys('snapshots/default/p1-0').length === 6;
    });
    expect(recoveryPointsOf(scenario, 'p1-0').map(({ id }) => id)).toEqual(made.slice(-3));
    // The dead one's mark holds no round up for longer than it takes to grow old.
    await protectAll(world, home, fleetOf({ P1: 1 }), 'after');
    mortal.bury();
    await died;
  });
});
