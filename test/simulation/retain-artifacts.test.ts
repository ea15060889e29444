/** Copies of jars go when nobody names them any more, and not before. */
import { describe, expect, test } from 'vitest';
import { leavingForMs } from '../../jobs/claims/leaving.ts';
import { storeKeys } from '../../model/store-keys.ts';
import { userDeployment } from './harness/fleet.ts';
import { jarJobs, JarStage } from './harness/jar-stage.ts';

describe.concurrent('the copy of a jar', () => {
  test('that nobody names is marked by one look, and deleted by a later one', async () => {
    const stage = await new JarStage('sweep').ready();
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
    const stage = await new JarStage('sweep-again').ready();
    await stage.sweep();
    stage.age(storeKeys.leavingCopiesPrefix, leavingForMs);
    await stage.protect('old.jar', 'third');
    expect(stage.world.store(stage.peer).keys(storeKeys.leavingCopiesPrefix)).toEqual([]);
    expect(await stage.sweep()).toMatchObject({ files: 0 });
    expect(stage.jars()).toEqual(['new.jar', 'old.jar']);
  });

  test.each<[string, (stage: JarStage) => Promise<void>]>([
    [
      'a standby',
      async ({ world, peer, copiesOfOld: [key] }) => {
        const jarURI = `s3a://bucket-${peer}/az-escape/${key}`;
        await world.cluster(peer).patchDeployment(jarJobs[0]!, { spec: { job: { jarURI } } });
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
    const stage = await new JarStage(`named-${who.length}`).ready();
    await stage.sweep();
    stage.age(storeKeys.leavingCopiesPrefix, leavingForMs);
    await name(stage);
    expect(await stage.sweep()).toMatchObject({ files: 0, leaving: 0 });
    expect(stage.jars()).toContain('old.jar');
    expect(stage.world.store(stage.peer).keys(storeKeys.leavingCopiesPrefix)).toEqual([]);
  });

  test('stays while a zone does not answer', async () => {
    const stage = await new JarStage('sweep-silent').ready();
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
    const stage = await new JarStage('sweep-cheap').ready();
    stage.world.store(stage.peer).objects.delete(stage.copiesOfOld[0]!);
    stage.world.ledger.clear();
    await stage.sweep();
    expect(stage.world.ledger.of(stage.peer, 'store read')).toEqual([]);
  });
});
