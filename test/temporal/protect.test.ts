import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { annotations, labels } from '../../model/job/marks.ts';
import { manifestSchema, type RecoveryPointManifest } from '../../model/recovery/manifest.ts';
import { protectZone } from '../../client/client.ts';
import { deploy, fleetOf, userDeployment } from '../simulation/harness/fleet.ts';
import { Scenario } from './harness/scenario.ts';
import { startServer } from './harness/server.ts';

let env: TestWorkflowEnvironment;
beforeAll(async () => {
  env = await startServer();
});
afterAll(() => env.teardown());

/** One round by way of Temporal. */
async function protect(scenario: Scenario, jobs?: string[]) {
  const input = { zone: scenario.home, ...(jobs ? { jobs } : {}) };
  const { summary, progress } = await protectZone(scenario.client, scenario.config, input, () => {});
  const problems = Object.fromEntries(summary.problems.map((problem) => [problem.name, problem]));
  return { summary, problems, results: progress!.results };
}

async function staged(name: string, counts: Parameters<typeof fleetOf>[0]): Promise<Scenario> {
  const scenario = new Scenario(env, name);
  await deploy(scenario.world, scenario.home, fleetOf(counts));
  scenario.world.ledger.clear();
  return scenario;
}

/** All recovery points of a job, oldest first, each checked against its schema. */
function manifestsOf(scenario: Scenario, name: string): RecoveryPointManifest[] {
  const store = scenario.world.store(scenario.peer);
  const keys = store.keys(`recovery-points/default/${name}`).filter((key) => key.endsWith('/manifest.json'));
  return keys.map((key) => manifestSchema.parse(JSON.parse(new TextDecoder().decode(store.objects.get(key)!.bytes))));
}

describe.concurrent('a round of protection', () => {
  test('keeps a recovery point and a standby of every job in the peer zone', async () => {
    const scenario = await staged('protect', { P0: 1, P1: 2, P3: 2 });
    const { world, home, peer } = scenario;
    const { summary, results } = await scenario.whileWorking(() => protect(scenario));
    expect(summary).toMatchObject({ protected: 5, failed: 0, refused: 0, problems: [] });
    expect(results.map(({ tier }) => tier)).toContain('P0');
    for (const { name } of fleetOf({ P1: 2, P3: 2 })) {
      const [manifest] = manifestsOf(scenario, name);
      const standby = world.cluster(peer).deployments.get(`default/${name}`)!;
      expect(standby.metadata.labels![labels.role]).toBe('standby');
      expect(standby.metadata.annotations).toMatchObject({
        [annotations.activeZone]: home,
        [annotations.epoch]: '1',
        [annotations.recoveryPoint]: `s3a://bucket-${peer}/az-escape/recovery-points/default/${name}/${manifest!.id}/manifest.json`,
      });
      expect(standby.spec.job).toMatchObject({ state: 'suspended' });
      expect(standby.spec).toMatchObject({
        podTemplate: { spec: { nodeSelector: { zone: peer } } },
        flinkConfiguration: {
          's3.endpoint': `http://s3.${peer}.example.com`,
          'execution.checkpointing.dir': `s3a://bucket-${peer}/checkpoints/default/${name}`,
        },
      });
      for (const { key, sizeBytes } of manifest!.files) {
        expect(world.store(peer).objects.get(key)!.bytes).toHaveLength(sizeBytes);
      }
      expect(manifest!.files).toHaveLength(2);
    }
    expect([...world.operator(peer).runs.keys()]).toEqual(['default/p0-0']);
  });

  test('starts a P0 job’s twin once, after the role that it reads, and sees it run', async () => {
    const scenario = await staged('protect-twin', { P0: 1 });
    const { world, home, peer } = scenario;
    await scenario.whileWorking(async () => {
      expect((await protect(scenario)).summary).toMatchObject({ protected: 1 });
      const writes = world.ledger.of(peer).filter(({ kind }) => kind.startsWith('kubernetes apply'));
      expect(writes.map(({ kind, object }) => `${kind} ${object}`)).toEqual([
        'kubernetes apply configmap default/p0-0-role',
        'kubernetes apply default/p0-0',
      ]);
      const twin = world.operator(peer).runs.get('default/p0-0')!;
      expect(twin.allRunAt(world.now())).toBe(true);
      expect(world.cluster(peer).configMaps.get('default/p0-0-role')).toEqual({ role: 'twin' });
      expect(world.cluster(home).configMaps.get('default/p0-0-role')).toEqual({ role: 'active' });

      expect((await protect(scenario)).summary).toMatchObject({ protected: 1 });
      expect(world.operator(peer).runs.get('default/p0-0')).toBe(twin);
      const [first, second] = manifestsOf(scenario, 'p0-0');
      const marks = world.cluster(peer).deployments.get('default/p0-0')!.metadata.annotations!;
      expect(marks[annotations.startedFrom]).toBe(first!.restorePath);
      expect(marks[annotations.recoveryPoint]).toContain(second!.id);

      twin.fault = 'restart-loop';
      const third = await protect(scenario);
      expect(third.problems['p0-0']).toMatchObject({ outcome: 'failed', code: 'TwinUnwell' });
      expect(third.problems['p0-0']!.sentence).toContain('the topic orders has no partition 7');
      expect(manifestsOf(scenario, 'p0-0')).toHaveLength(3);
    });
  });

  test('refuses jobs without a tier, and names that are not there, with a sentence', async () => {
    const scenario = await staged('protect-tiers', { P2: 1 });
    const { world, home } = scenario;
    await world.cluster(home).applyDeployment(userDeployment({ namespace: 'default', name: 'untold' }, undefined));
    await world.cluster(home).applyDeployment(userDeployment({ namespace: 'default', name: 'mistyped' }, 'p1'));
    await scenario.whileWorking(async () => {
      const { summary, problems } = await protect(scenario);
      expect(summary).toMatchObject({ protected: 1, refused: 2, failed: 0 });
      expect(problems['untold']).toMatchObject({ code: 'NoTier', outcome: 'refused' });
      expect(problems['untold']!.sentence).toBe(
        `FlinkDeployment default/untold in ${home} has no label az-escape.io/tier; label it P0, P1, P2 or P3`,
      );
      expect(problems['mistyped']!.sentence).toContain('has "p1" as label az-escape.io/tier');
      const named = await protect(scenario, ['default/p2-0', 'default/typo']);
      expect(named.summary).toMatchObject({ protected: 1, refused: 1 });
      expect(named.problems['typo']).toMatchObject({ code: 'JobNotFound' });
    });
    await expect(protect(scenario, ['no-slash'])).rejects.toMatchObject({ code: 'BadInput' });
  });

  test('asks no savepoint of a job that is not well, nor when the store is down', async () => {
    const scenario = await staged('protect-unwell', { P1: 3 });
    const { world, home, peer } = scenario;
    world.operator(home).runs.get('default/p1-0')!.fault = 'never-ready';
    world.operator(home).runs.get('default/p1-1')!.fault = 'rest-5xx';
    world.zone(peer).storeRefuses = true;
    await scenario.whileWorking(async () => {
      const { summary, problems } = await protect(scenario);
      expect(summary).toMatchObject({ protected: 0, failed: 3 });
      expect(problems['p1-0']).toMatchObject({ code: 'JobNotHealthy' });
      expect(problems['p1-0']!.sentence).toContain('only 0 of 2 tasks of "source" run');
      expect(problems['p1-1']).toMatchObject({ code: 'JobNotHealthy' });
      expect(problems['p1-2']).toMatchObject({ code: 'StoreDown' });
      expect(world.savepoints.triggered).toEqual([]);
      expect(world.cluster(peer).deployments.size).toBe(0);

      world.zone(peer).storeRefuses = false;
      expect((await protect(scenario, ['default/p1-2'])).summary).toMatchObject({ protected: 1 });
    });
  });

  test('tells what is wrong with a savepoint, and leaves the earlier recovery point in use', async () => {
    const wrong = {
      'p2-0': { fault: 'fails', code: 'SavepointFailed', words: 'java.io.IOException: Could not flush to file' },
      'p2-1': { fault: 'hangs', code: 'SavepointFailed', words: 'no savepoint within 30 s' },
      'p2-2': { fault: 'lost', code: 'SavepointFailed', words: 'the JobManager failed over' },
      'p2-3': { fault: 'file-missing', code: 'SnapshotIncomplete', words: 'is missing in store' },
      'p2-4': { fault: 'metadata-cut', code: 'MetadataUnreadable', words: '_metadata in store' },
    } as const;
    const scenario = await staged('protect-savepoints', { P2: 6 });
    const { world, peer } = scenario;
    await scenario.whileWorking(async () => {
      expect((await protect(scenario)).summary).toMatchObject({ protected: 6 });
      const standbys = structuredClone(world.cluster(peer).deployments);
      for (const [name, { fault }] of Object.entries(wrong)) world.savepoints.faults.set(`default/${name}`, fault);
      world.savepoints.faults.set('default/p2-5', 'forgotten');

      const { problems } = await protect(scenario);

      expect(Object.keys(problems).toSorted()).toEqual(Object.keys(wrong));
      for (const [name, { code, words }] of Object.entries(wrong)) {
        expect(problems[name]).toMatchObject({ outcome: 'failed', code, sentence: expect.stringContaining(words) });
        expect(manifestsOf(scenario, name)).toHaveLength(1);
        expect(world.cluster(peer).deployments.get(`default/${name}`)).toEqual(standbys.get(`default/${name}`));
      }
      // Its JobManager forgot the trigger, but the savepoint lies where only that trigger can have put it.
      expect(manifestsOf(scenario, 'p2-5')).toHaveLength(2);
    });
  });

  test('does not touch a job that runs in the peer zone as well', async () => {
    const scenario = await staged('protect-both', { P1: 1 });
    const { world, peer } = scenario;
    await world.cluster(peer).applyDeployment(userDeployment({ namespace: 'default', name: 'p1-0' }, 'P1'));
    const { problems } = await scenario.whileWorking(() => protect(scenario));
    expect(problems['p1-0']).toMatchObject({ outcome: 'failed', code: 'EpochTaken' });
    expect(world.cluster(peer).deployments.get('default/p1-0')!.spec.job!.state).toBe('running');
  });
});
