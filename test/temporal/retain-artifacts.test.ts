/** Copies of jars go when nobody names them any more, and not before. */
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { leavingForMs } from '../../jobs/claims/leaving.ts';
import { sweepArtifacts } from '../../activities/retain/sweep-artifacts.ts';
import { storeKeys } from '../../model/store-keys.ts';
import { retainZone } from '../../client/upkeep.ts';
import { deploy, fleetOf, protectAll, stagePulse, userDeployment } from '../simulation/harness/fleet.ts';
import { Scenario } from './harness/scenario.ts';
import { startServer } from './harness/server.ts';

let env: TestWorkflowEnvironment;
beforeAll(async () => {
  env = await startServer();
});
afterAll(() => env.teardown());

const fleet = fleetOf({ P1: 2 });
const dayMs = 86_400_000;

class Stage extends Scenario {
  /** Both jobs were protected with the jar `old.jar`, then with a new one; no recovery point with the old is left. */
  async ready(): Promise<this> {
    await deploy(this.world, this.home, fleet);
    await this.protect('old.jar', 'first');
    await this.protect('new.jar', 'second');
    const store = this.world.store(this.peer);
    for (const { name } of fleet) {
      const [oldest] = store.keys(`recovery-points/default/${name}`).filter((key) => key.endsWith('/manifest.json'));
      store.objects.delete(oldest!);
    }
    this.age(storeKeys.artifactsPrefix, dayMs);
    return this;
  }

  async protect(jar: string, round: string): Promise<void> {
    this.world.flinkFiles(this.home).write(`jars/${jar}`, new TextEncoder().encode(`bytes of ${jar}`));
    for (const job of fleet) {
      const deployment = userDeployment(job, job.tier);
      deployment.spec.job = { ...deployment.spec.job, jarURI: `s3a://bucket-${this.home}/jars/${jar}` };
      await this.world.cluster(this.home).applyDeployment(deployment);
    }
    await protectAll(this.world, this.home, fleet, round);
    await this.world.clock.sleep(2_000);
  }

  /** As if it had been written so much earlier. */
  age(folder: string, byMs: number): void {
    const { objects } = this.world.store(this.peer);
    for (const key of this.world.store(this.peer).keys(folder)) objects.get(key)!.modifiedMs -= byMs;
  }

  sweep(dryRun = false) {
    return sweepArtifacts(this.world, this.home, dryRun, stagePulse(this.world));
  }

  /** Names of the jars of which there is a copy. */
  jars(): string[] {
    return this.world
      .store(this.peer)
      .keys(storeKeys.artifactsPrefix)
      .map((key) => key.split('/').at(-1)!)
      .sort();
  }

  left(): string[] {
    const { leavingCopiesPrefix, deletingCopiesPrefix, artifactSourcesPrefix } = storeKeys;
    const store = this.world.store(this.peer);
    return [leavingCopiesPrefix, deletingCopiesPrefix, artifactSourcesPrefix].flatMap((folder) => store.keys(folder));
  }

  get copiesOfOld() {
    return this.world
      .store(this.peer)
      .keys(storeKeys.artifactsPrefix)
      .filter((key) => key.endsWith('/old.jar'));
  }
}

describe.concurrent('the copy of a jar', () => {
  test('that nobody names is marked by one look, and deleted by a later one', async () => {
    const stage = await new Stage(env, 'sweep').ready();
    expect(stage.jars()).toEqual(['new.jar', 'old.jar']);
    expect(await stage.sweep()).toEqual({ items: [], files: 0, bytes: 0, leaving: 1 });
    expect(await stage.sweep(), 'too soon after').toMatchObject({ files: 0, leaving: 1 });
    stage.age(storeKeys.leavingCopiesPrefix, leavingForMs);

    const [what] = stage.copiesOfOld;
    const bytes = 'bytes of old.jar'.length;
    const items = [{ zone: stage.peer, store: 's3', what, bytes }];
    expect(await stage.sweep(true)).toEqual({ items, files: 1, bytes, leaving: 0 });
    expect(stage.jars(), 'a dry run deletes nothing').toHaveLength(2);
    expect(await stage.sweep()).toEqual({ items, files: 1, bytes, leaving: 0 });
    expect(stage.jars()).toEqual(['new.jar']);
    // The note on the one that stays.
    expect(stage.left()).toHaveLength(1);
    expect(await stage.sweep()).toEqual({ items: [], files: 0, bytes: 0, leaving: 0 });
  });

  test('that a round names again loses its mark, and stays', async () => {
    const stage = await new Stage(env, 'sweep-again').ready();
    await stage.sweep();
    stage.age(storeKeys.leavingCopiesPrefix, leavingForMs);
    await stage.protect('old.jar', 'third');
    expect(stage.world.store(stage.peer).keys(storeKeys.leavingCopiesPrefix)).toEqual([]);
    expect(await stage.sweep()).toMatchObject({ files: 0 });
    expect(stage.jars()).toEqual(['new.jar', 'old.jar']);
  });

  test.each<[string, (stage: Stage) => Promise<void>]>([
    [
      'a standby',
      async ({ world, peer, copiesOfOld: [key] }) => {
        const jarURI = `s3a://bucket-${peer}/az-escape/${key}`;
        await world.cluster(peer).patchDeployment(fleet[0]!, { spec: { job: { jarURI } } });
      },
    ],
    [
      'a job that runs in a third place with it',
      async ({ world, home, peer, copiesOfOld: [key] }) => {
        const deployment = userDeployment({ namespace: 'default', name: 'other' }, undefined);
        deployment.spec['podTemplate'] = {
          spec: { initContainers: [{ args: [`s3://bucket-${peer}/az-escape/${key}`] }] },
        };
        await world.cluster(home).applyDeployment(deployment);
      },
    ],
    [
      'a manifest of another version',
      async ({ world, peer, copiesOfOld: [key] }) => {
        const text = JSON.stringify({ schema: 9, jars: [`x/${key}`] });
        const far = { namespace: 'default', name: 'far' };
        const index = JSON.stringify({ schema: 1, ids: ['x'] });
        world.store(peer).write(storeKeys.pointIndexKey(far), new TextEncoder().encode(index));
        world.store(peer).write(storeKeys.recoveryPointKey(far, 'x'), new TextEncoder().encode(text));
      },
    ],
    [
      'an object that is on its way back',
      async ({ world, peer, copiesOfOld: [key] }) => {
        const deployment = userDeployment({ namespace: 'default', name: 'back' }, 'P3');
        deployment.spec.job = { jarURI: `s3a://bucket-${peer}/az-escape/${key}` };
        const of = storeKeys.returningKey({ namespace: 'default', name: 'back' });
        world.store(peer).write(of, new TextEncoder().encode(JSON.stringify(deployment)));
      },
    ],
  ])('stays while %s names it', async (who, name) => {
    const stage = await new Stage(env, `named-${who.length}`).ready();
    await stage.sweep();
    stage.age(storeKeys.leavingCopiesPrefix, leavingForMs);
    await name(stage);
    expect(await stage.sweep()).toMatchObject({ files: 0, leaving: 0 });
    expect(stage.jars()).toContain('old.jar');
    expect(stage.world.store(stage.peer).keys(storeKeys.leavingCopiesPrefix)).toEqual([]);
  });

  test('stays while a zone does not answer', async () => {
    const stage = await new Stage(env, 'sweep-silent').ready();
    await stage.sweep();
    stage.age(storeKeys.leavingCopiesPrefix, leavingForMs);
    stage.world.zone(stage.home).dead = true;
    const swept = await stage.sweep();
    expect(swept).toMatchObject({
      files: 0,
      skipped: expect.stringContaining(`jobs of ${stage.home} use is not known`),
    });
    expect(stage.jars()).toContain('old.jar');
  });

  test('asks for no manifest while every copy has a job', async () => {
    const stage = await new Stage(env, 'sweep-cheap').ready();
    stage.world.store(stage.peer).objects.delete(stage.copiesOfOld[0]!);
    stage.world.ledger.clear();
    await stage.sweep();
    expect(stage.world.ledger.of(stage.peer, 'store read')).toEqual([]);
  });

  test('goes by the command that deletes old recovery points, for a whole zone', async () => {
    const stage = await new Stage(env, 'sweep-command').ready();
    await stage.whileWorking(async () => {
      const retain = (jobs?: string[]) =>
        retainZone(stage.client, stage.config, { zone: stage.home, ...(jobs ? { jobs } : {}) }, () => {});
      expect(await retain()).toMatchObject({ failed: 0, artifacts: { files: 0, leaving: 1 } });
      stage.age(storeKeys.leavingCopiesPrefix, leavingForMs);
      expect(await retain(['default/p1-0'])).not.toHaveProperty('artifacts');
      const { files, artifacts } = await retain();
      expect(artifacts).toMatchObject({ files: 1, items: [{ what: expect.stringMatching(/\/old\.jar$/) }] });
      expect(files).toBeGreaterThanOrEqual(1);
      expect(stage.jars()).toEqual(['new.jar']);
    });
  });
});
