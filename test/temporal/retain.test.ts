/** Old recovery points go after rounds of protection and by command; what is needed stays, whoever dies. */
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { retainJob } from '../../jobs/retention/retain-job.ts';
import { damageOf } from '../../jobs/recovery-points/recovery-points.ts';
import { annotations } from '../../model/job/marks.ts';
import { storeKeys } from '../../model/store-keys.ts';
import { manifestSchema, type RecoveryPointManifest } from '../../model/recovery/manifest.ts';
import { protectZone } from '../../client/client.ts';
import { retainZone } from '../../client/upkeep.ts';
import { deploy, fleetOf, protectAll, stagePulse, userDeployment } from '../simulation/harness/fleet.ts';
import { Scenario } from './harness/scenario.ts';
import { startServer } from './harness/server.ts';
import { waitUntil } from '../simulation/harness/wait-until.ts';
import { MortalWorld } from '../../simulation/world/mortal-world.ts';

let env: TestWorkflowEnvironment;
beforeAll(async () => {
  env = await startServer();
});
afterAll(() => env.teardown());

/** Oldest first; only what has a manifest. */
function manifestsOf(scenario: Scenario, name: string): RecoveryPointManifest[] {
  const store = scenario.world.store(scenario.peer);
  const keys = store.keys(`recovery-points/default/${name}`).filter((key) => key.endsWith('/manifest.json'));
  return keys.map((key) => manifestSchema.parse(JSON.parse(new TextDecoder().decode(store.objects.get(key)!.bytes))));
}

/** Every object of the job in the peer's store is one that a manifest names, or a manifest. */
function expectNoGarbage(scenario: Scenario, name: string): void {
  const store = scenario.world.store(scenario.peer);
  const job = { namespace: 'default', name };
  const manifests = manifestsOf(scenario, name);
  const needed = new Set(manifests.flatMap(({ files }) => files.map(({ key }) => key)));
  expect(store.keys(`snapshots/default/${name}`).filter((key) => !needed.has(key))).toEqual([]);
  const notes = [storeKeys.lastRoundKey(job), storeKeys.pointIndexKey(job)];
  const besides = store.keys(storeKeys.recoveryPointsPrefix(job)).filter((key) => !notes.includes(key));
  expect(besides).toHaveLength(manifests.length);
  for (const marks of ['making', 'deleting', 'at-work']) expect(store.keys(marks)).toEqual([]);
}

async function staged(name: string, counts: Parameters<typeof fleetOf>[0], ship: string[] = []): Promise<Scenario> {
  const scenario = new Scenario(env, name);
  for (const key of ship) scenario.world.checkpoints.jobs.add(`default/${key}`);
  await deploy(scenario.world, scenario.home, fleetOf(counts));
  for (const one of ship) {
    const deployment = userDeployment({ namespace: 'default', name: one }, 'P1');
    deployment.metadata.annotations = { [annotations.mode]: 'ship' };
    await scenario.world.cluster(scenario.home).applyDeployment(deployment);
    await nextCheckpoint(scenario, one);
  }
  return scenario;
}

async function nextCheckpoint({ world, home }: Scenario, name: string): Promise<void> {
  const run = world.operator(home).runs.get(`default/${name}`)!;
  const newest = () => run.checkpointsAt(world.now()).latestCompleted?.id ?? 0;
  const before = newest();
  await waitUntil('the next checkpoint', () => newest() > before);
}

describe.concurrent('retention', () => {
  test('after each round leaves the newest three and no other file, in both modes', async () => {
    const scenario = await staged('retain-rounds', { P1: 2 }, ['p1-1']);
    const ids = new Map<string, string[]>([
      ['p1-0', []],
      ['p1-1', []],
    ]);
    await scenario.whileWorking(async () => {
      for (let round = 0; round < 5; round += 1) {
        const done = await protectZone(scenario.client, scenario.config, { zone: scenario.home }, () => {});
        expect(done.summary).toMatchObject({ protected: 2 });
        for (const result of done.progress!.results) ids.get(result.name)!.push(result.recoveryPoint!);
        await nextCheckpoint(scenario, 'p1-1');
      }
    });
    for (const [name, made] of ids) {
      expect(
        manifestsOf(scenario, name).map(({ id }) => id),
        name,
      ).toEqual(made.slice(-3));
      for (const manifest of manifestsOf(scenario, name)) {
        expect(await damageOf(scenario.world.store(scenario.peer), manifest)).toBeUndefined();
      }
      expectNoGarbage(scenario, name);
    }
  });

  test('by command says first what would go, and then deletes it', async () => {
    const scenario = await staged('retain-command', { P1: 1 });
    const fleet = fleetOf({ P1: 1 });
    for (let round = 0; round < 5; round += 1) await protectAll(scenario.world, scenario.home, fleet, `${round}`);
    const made = manifestsOf(scenario, 'p1-0');
    const before = [...scenario.world.store(scenario.peer).objects.keys()];
    await scenario.whileWorking(async () => {
      const run = (dryRun: boolean) =>
        retainZone(scenario.client, scenario.config, { zone: scenario.home, dryRun }, () => {});
      const rehearsed = await run(true);
      const bytes = made.slice(0, 2).reduce((sum, { totalBytes }) => sum + totalBytes, 0);
      expect(rehearsed).toMatchObject({ dryRun: true, jobs: 1, kept: 3, files: 4, bytes, skipped: 0, failed: 0 });
      expect(rehearsed.results[0]!.items).toEqual(
        made
          .slice(0, 2)
          .map(({ id, totalBytes }) => ({ what: id, kind: 'recovery point', files: 2, bytes: totalBytes })),
      );
      expect([...scenario.world.store(scenario.peer).objects.keys()]).toEqual(before);
      expect(await run(false)).toMatchObject({ dryRun: false, kept: 3, files: 4, bytes });
      expect(await run(false)).toMatchObject({ kept: 3, files: 0, results: [] });
      await expect(
        retainZone(scenario.client, scenario.config, { zone: scenario.home, jobs: ['default/none'] }, () => {}),
      ).rejects.toMatchObject({ code: 'JobNotFound' });
    });
    expect(manifestsOf(scenario, 'p1-0').map(({ id }) => id)).toEqual(made.slice(2).map(({ id }) => id));
    expectNoGarbage(scenario, 'p1-0');
  });

  test('keeps what a twin was started from until its own checkpoint has replaced it', async () => {
    const scenario = await staged('retain-twin', { P0: 1 });
    const { world, home, peer } = scenario;
    const fleet = fleetOf({ P0: 1 });
    for (let round = 0; round < 5; round += 1) await protectAll(world, home, fleet, `${round}`);
    const made = manifestsOf(scenario, 'p0-0').map(({ id }) => id);
    const request = { zone: home, namespace: 'default', name: 'p0-0' };
    const twin = world.operator(peer).runs.get('default/p0-0')!;
    const checkpoints = twin.checkpointsAt.bind(twin);
    twin.checkpointsAt = (at) => ({ ...checkpoints(at), latestCompleted: undefined });
    expect(await retainJob(world, request, stagePulse(world))).toMatchObject({ outcome: 'retained', kept: 4 });
    expect(manifestsOf(scenario, 'p0-0').map(({ id }) => id)).toEqual([made[0], ...made.slice(-3)]);

    twin.checkpointsAt = checkpoints;
    world.checkpoints.jobs.add('default/p0-0');
    await waitUntil('a checkpoint of the twin’s own', () => checkpoints(world.now()).latestCompleted !== undefined);
    expect(await retainJob(world, request, stagePulse(world))).toMatchObject({ outcome: 'retained', kept: 3 });
    expect(manifestsOf(scenario, 'p0-0').map(({ id }) => id)).toEqual(made.slice(-3));
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
    expect(manifestsOf(scenario, 'p1-0')).toHaveLength(5);
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
    const made = manifestsOf(scenario, 'p1-0').map(({ id }) => id);
    const request = { zone: home, namespace: 'default', name: 'p1-0' };
    const mortal = new MortalWorld(world);
    mortal.killAt(1, (entry) => entry.kind === kind && object.test(entry.object));
    const died = retainJob(mortal, request, mortal.pulse(stagePulse(world))).catch((error: unknown) => error);
    await waitUntil(`the death at ${kind}`, () => mortal.dead);
    for (const manifest of manifestsOf(scenario, 'p1-0')) {
      expect(await damageOf(world.store(peer), manifest)).toBeUndefined();
    }
    // At once: what the dead one left of expired recovery points does not wait to grow old.
    await waitUntil('the rest is deleted', async () => {
      await retainJob(world, request, stagePulse(world));
      return world.store(peer).keys('snapshots/default/p1-0').length === 6;
    });
    expect(manifestsOf(scenario, 'p1-0').map(({ id }) => id)).toEqual(made.slice(-3));
    // The dead one's mark holds no round up for longer than it takes to grow old.
    await protectAll(world, home, fleetOf({ P1: 1 }), 'after');
    mortal.bury();
    await died;
  });
});
