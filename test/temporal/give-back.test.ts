/** Jobs that made room go on from their savepoints, once there is room again. */
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { jobKey } from '../../model/job/job.ts';
import { annotations } from '../../model/job/marks.ts';
import { storeKeys } from '../../model/store-keys.ts';
import { giveBack } from '../../client/give-back.ts';
import { fleetOf, resident } from '../simulation/harness/fleet.ts';
import { fullPeer } from './harness/full-peer.ts';
import { startMortalWorker } from './harness/mortal-worker.ts';
import type { Scenario } from './harness/scenario.ts';
import { startServer } from './harness/server.ts';
import { waitUntil } from '../simulation/harness/wait-until.ts';

let env: TestWorkflowEnvironment;
beforeAll(async () => {
  env = await startServer();
});
afterAll(() => env.teardown());

/** A peer in which every resident made room for a P1. */
async function afterEscape(name: string, residents: string[]): Promise<Scenario> {
  const scenario = await fullPeer(env, name, fleetOf({ P1: residents.length }), residents);
  await scenario.whileWorking(() => scenario.escape());
  return scenario;
}

const back = (scenario: Scenario, more: object = {}) =>
  giveBack(scenario.client, scenario.config, { zone: scenario.peer, ...more });
const objectOf = ({ world, peer }: Scenario, name: string) =>
  world.cluster(peer).deployments.get(jobKey(resident(name)))!;
const runOf = ({ world, peer }: Scenario, name: string) => world.operator(peer).runs.get(jobKey(resident(name)));

/** Cores that are free for those who come back; the jobs that took the room hold none in this count. */
function makeFree({ world, peer }: Scenario, cores: number): void {
  const cluster = world.cluster(peer);
  cluster.nodes = cluster.nodes.slice(0, 1).map((node) => ({ ...node, cpuMillis: cores * 1000 }));
}

describe.concurrent('giving back', () => {
  test('starts each from its savepoint, as far as there is room, and only once', async () => {
    const scenario = await afterEscape('back', ['r0', 'r1', 'r2']);
    const { world, peer } = scenario;
    objectOf(scenario, 'r1').metadata.annotations![annotations.weight] = '5';
    const savepoints = Object.fromEntries(
      ['r0', 'r1', 'r2'].map((name) => [
        name,
        objectOf(scenario, name).metadata.annotations![annotations.comeBackFrom]!,
      ]),
    );
    makeFree(scenario, 6);
    await scenario.whileWorking(async () => {
      const before = scenario.state();
      const tried = await back(scenario, { dryRun: true });
      const outcomes = Object.fromEntries(tried.jobs.map(({ name, outcome }) => [name, outcome]));
      expect(outcomes).toEqual({ r0: 'running', r1: 'running', r2: 'left' });
      expect(scenario.state()).toEqual(before);

      const { jobs } = await back(scenario);
      expect(jobs.toSorted((a, b) => (a.name < b.name ? -1 : 1))).toMatchObject([
        { name: 'r0', outcome: 'running', savepoint: savepoints['r0'] },
        { name: 'r1', outcome: 'running', savepoint: savepoints['r1'] },
        { name: 'r2', outcome: 'left', code: 'NoRoom' },
      ]);
      for (const name of ['r0', 'r1']) {
        expect(runOf(scenario, name)!.restoredPath).toBe(savepoints[name]);
        const { metadata, spec } = objectOf(scenario, name);
        expect(metadata.annotations).not.toHaveProperty([annotations.preemptedBy]);
        expect(metadata.annotations).not.toHaveProperty([annotations.comeBackFrom]);
        expect(metadata.labels).toEqual({ 'az-escape.io/tier': 'P3' });
        expect(spec.job).toMatchObject({ state: 'running', parallelism: 2 });
        expect(world.store(peer).objects.has(storeKeys.returningKey(resident(name)))).toBe(false);
      }
      expect(runOf(scenario, 'r2')).toBeUndefined();
      const starts = world.operator(peer).starts.length;
      // Their room is taken now: nobody is left but the one without.
      makeFree(scenario, 0);
      expect((await back(scenario)).jobs.map(({ name }) => name)).toEqual(['r2']);
      expect(world.operator(peer).starts).toHaveLength(starts);
    });
  });

  test('lets the operator go on from its own state where there was no time for a savepoint', async () => {
    const scenario = await fullPeer(env, 'back-without', fleetOf({ P1: 1 }), ['r0']);
    scenario.config.escape.preemptSavepointMs = 2_000;
    scenario.world.savepoints.faults.set('default/r0', 'hangs');
    await scenario.whileWorking(() => scenario.escape());
    makeFree(scenario, 3);
    const { jobs } = await scenario.whileWorking(() => back(scenario));
    expect(jobs).toMatchObject([
      { outcome: 'running', message: 'it goes on from the state that the operator kept', savepoint: null },
    ]);
    expect(runOf(scenario, 'r0')!.restoredPath).toBe('s3a://last-state/default/r0');
  });

  test('touches no job whose savepoint is damaged, and says so', async () => {
    const scenario = await afterEscape('back-damaged', ['r0']);
    const { world, peer } = scenario;
    const [file] = world
      .store(peer)
      .keys('preempted')
      .filter((key) => !key.endsWith('_metadata'));
    world.store(peer).objects.delete(file!);
    makeFree(scenario, 3);
    const { jobs } = await scenario.whileWorking(() => back(scenario));
    expect(jobs).toMatchObject([
      { outcome: 'failed', code: 'SnapshotIncomplete', message: expect.stringContaining('is missing') },
    ]);
    expect(objectOf(scenario, 'r0').spec.job!.state).toBe('suspended');
  });

  test('refuses what it does not know', async () => {
    const scenario = await afterEscape('back-refused', ['r0']);
    await scenario.whileWorking(async () => {
      await expect(back(scenario, { jobs: ['default/nobody'] })).rejects.toMatchObject({ code: 'JobNotFound' });
      await expect(back(scenario, { zone: 'nowhere' })).rejects.toMatchObject({ code: 'UnknownZone' });
      await expect(back(scenario, { jobs: [] })).rejects.toMatchObject({ code: 'BadInput' });
      await expect(back(scenario, { job: 'default/r0' })).rejects.toMatchObject({ code: 'BadInput' });
    });
  });

  test.each(['store put', 'kubernetes delete', 'kubernetes apply', 'store delete'])(
    'goes on after the worker was killed at its %s',
    async (kind) => {
      const scenario = await afterEscape(`back-killed-${kind.replaceAll(' ', '-')}`, ['r0']);
      const { world, peer } = scenario;
      const savepoint = objectOf(scenario, 'r0').metadata.annotations![annotations.comeBackFrom];
      makeFree(scenario, 3);
      const { mortal, bury } = await startMortalWorker(env, scenario);
      mortal.killAt(1, (entry) => entry.zone === peer && entry.kind === kind && entry.object.includes('r0'));
      try {
        const asked = back(scenario);
        await waitUntil(`the worker is killed at ${kind}`, () => mortal.dead);
        const { jobs } = await scenario.whileWorking(() => asked);
        expect(jobs).toMatchObject([{ name: 'r0', outcome: 'running', savepoint }]);
        expect(runOf(scenario, 'r0')!.restoredPath).toBe(savepoint);
        expect(world.operator(peer).starts.filter(({ job }) => job === 'default/r0')).toHaveLength(2);
        expect(
          world
            .store(peer)
            .keys('preempted')
            .filter((key) => key.endsWith('returning.json')),
        ).toEqual([]);
      } finally {
        await bury();
      }
    },
  );
});
