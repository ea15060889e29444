/** Retention and re-check as a command asks for them: through Temporal, by a worker. */
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { leavingForMs } from '../../jobs/claims/leaving.ts';
import { damageOf } from '../../jobs/recovery-points/recovery-points.ts';
import { protectZone } from '../../client/client.ts';
import { recheckZone, retainZone } from '../../client/upkeep.ts';
import { storeKeys } from '../../model/store-keys.ts';
import { deletedJobsAfterMs, DeletedJobStage } from '../simulation/harness/deleted-job-stage.ts';
import { deploy, fleetOf, protectAll } from '../simulation/harness/fleet.ts';
import { JarStage } from '../simulation/harness/jar-stage.ts';
import { flipBit, recoveryPointsOf } from '../simulation/harness/recovery-points.ts';
import { expectNoGarbage, nextCheckpoint, staged } from '../simulation/harness/retained.ts';
import { lineOf, Scenario, whileWorking } from './harness/scenario.ts';
import { startServer } from './harness/server.ts';

let env: TestWorkflowEnvironment;
beforeAll(async () => {
  env = await startServer();
});
afterAll(() => env.teardown());

describe.concurrent('retention', () => {
  test('after each round leaves the newest three and no other file, in both modes', async () => {
    const stage = await staged('retain-rounds', { P1: 2 }, ['p1-1']);
    const ids = new Map<string, string[]>([
      ['p1-0', []],
      ['p1-1', []],
    ]);
    await whileWorking(env, stage, async () => {
      for (let round = 0; round < 5; round += 1) {
        const done = await protectZone(env.client, stage.config, { zone: stage.home }, () => {});
        expect(done.summary).toMatchObject({ protected: 2 });
        for (const result of done.progress!.results) ids.get(result.name)!.push(result.recoveryPoint!);
        await nextCheckpoint(stage, 'p1-1');
      }
    });
    for (const [name, made] of ids) {
      expect(
        recoveryPointsOf(stage, name).map(({ id }) => id),
        name,
      ).toEqual(made.slice(-3));
      for (const manifest of recoveryPointsOf(stage, name)) {
        expect(await damageOf(stage.world.store(stage.peer), manifest)).toBeUndefined();
      }
      expectNoGarbage(stage, name);
    }
  });

  test('by command says first what would go, and then deletes it', async () => {
    const stage = await staged('retain-command', { P1: 1 });
    const fleet = fleetOf({ P1: 1 });
    for (let round = 0; round < 5; round += 1) await protectAll(stage.world, stage.home, fleet, `${round}`);
    const made = recoveryPointsOf(stage, 'p1-0');
    const before = [...stage.world.store(stage.peer).objects.keys()];
    await whileWorking(env, stage, async () => {
      const run = (dryRun: boolean) => retainZone(env.client, stage.config, { zone: stage.home, dryRun }, () => {});
      const rehearsed = await run(true);
      const bytes = made.slice(0, 2).reduce((sum, { totalBytes }) => sum + totalBytes, 0);
      expect(rehearsed).toMatchObject({ dryRun: true, jobs: 1, kept: 3, files: 4, bytes, skipped: 0, failed: 0 });
      expect(rehearsed.results[0]!.items).toEqual(
        made
          .slice(0, 2)
          .map(({ id, totalBytes }) => ({ what: id, kind: 'recovery point', files: 2, bytes: totalBytes })),
      );
      expect([...stage.world.store(stage.peer).objects.keys()]).toEqual(before);
      expect(await run(false)).toMatchObject({ dryRun: false, kept: 3, files: 4, bytes });
      expect(await run(false)).toMatchObject({ kept: 3, files: 0, results: [] });
      await expect(
        retainZone(env.client, stage.config, { zone: stage.home, jobs: ['default/none'] }, () => {}),
      ).rejects.toMatchObject({ code: 'JobNotFound' });
    });
    expect(recoveryPointsOf(stage, 'p1-0').map(({ id }) => id)).toEqual(made.slice(2).map(({ id }) => id));
    expectNoGarbage(stage, 'p1-0');
  });

  test('deletes copies of jars that nobody names, for a whole zone', async () => {
    const stage = await new JarStage('sweep-command').ready();
    await whileWorking(env, stage, async () => {
      const retain = (jobs?: string[]) =>
        retainZone(env.client, stage.config, { zone: stage.home, ...(jobs ? { jobs } : {}) }, () => {});
      expect(await retain()).toMatchObject({ failed: 0, artifacts: { files: 0, leaving: 1 } });
      stage.age(storeKeys.leavingCopiesPrefix, leavingForMs);
      expect(await retain(['default/p1-0'])).not.toHaveProperty('artifacts');
      const { files, artifacts } = await retain();
      expect(artifacts).toMatchObject({ files: 1, items: [{ what: expect.stringMatching(/\/old\.jar$/) }] });
      expect(files).toBeGreaterThanOrEqual(1);
      expect(stage.jars()).toEqual(['new.jar']);
    });
  });

  test('of a deleted job waits for its time and until no standby is there; lists, and then deletes', async () => {
    const stage = await new DeletedJobStage('forgotten').ready();
    const before = stage.keys();
    const bytes = recoveryPointsOf(stage, 'p1-0').reduce((sum, { totalBytes }) => sum + totalBytes, 0);
    const retain = (dryRun = false) => retainZone(env.client, stage.config, { zone: stage.home, dryRun }, () => {});
    await whileWorking(env, stage, async () => {
      await stage.untilOver();
      expect(await retain(), 'its standby could be escaped to').toMatchObject({ jobs: 1, files: 0, results: [] });
      await stage.remove(stage.peer);
      stage.config.retention.deletedJobsAfterMs = 86_400_000;
      expect(await retain(), 'its time is not over').toMatchObject({ files: 0, results: [] });
      stage.config.retention.deletedJobsAfterMs = deletedJobsAfterMs;

      const rehearsed = await retain(true);
      expect(rehearsed).toMatchObject({ jobs: 1, files: 4, bytes, skipped: 0, failed: 0 });
      expect(rehearsed.results).toMatchObject([{ name: 'p1-0', jobDeleted: true }]);
      expect(rehearsed.results[0]!.items.map(({ kind }) => kind)).toEqual(['recovery point', 'recovery point']);
      expect(stage.keys()).toEqual(before);

      expect(await retain()).toMatchObject({ files: 4, bytes });
      expect(stage.keys()).toEqual([]);
      expect(await retain()).toMatchObject({ files: 0, results: [] });
    });
    await stage.expectOthersWhole();
  });
});

describe.concurrent('a re-check', () => {
  test('tells the result, the finding in the next round, and an escape from the neighbour', async () => {
    const stage = new Scenario(env, 'recheck-escape');
    const fleet = fleetOf({ P1: 1 });
    await deploy(stage.world, stage.home, fleet);
    await protectAll(stage.world, stage.home, fleet, '0');
    await stage.whileWorking(async () => {
      const ask = () => recheckZone(stage.client, stage.config, { zone: stage.home, all: true }, () => {});
      expect(await ask()).toMatchObject({ jobs: 1, points: 1, damaged: 0, files: 2, failed: 0 });
      const round = await protectZone(stage.client, stage.config, { zone: stage.home }, () => {});
      expect(round.progress!.results[0]!.findings).toBeUndefined();
      const [first, second] = recoveryPointsOf(stage, 'p1-0');
      expect(await ask()).toMatchObject({ points: 2, damaged: 0, files: 4 });
      flipBit(stage, second!.files[1]!.key);
      expect(await ask()).toMatchObject({
        points: 2,
        damaged: 1,
        results: [{ findings: [{ code: 'RecoveryPointDamaged' }] }],
      });
      const next = await protectZone(stage.client, stage.config, { zone: stage.home }, () => {});
      expect(next.progress!.results[0]!.findings).toMatchObject([{ code: 'RecoveryPointDamaged' }]);
      const third = recoveryPointsOf(stage, 'p1-0').at(-1)!;
      stage.world.store(stage.peer).objects.delete(third.files[1]!.key);
      const report = stage.report(await stage.escape());
      const line = lineOf(report, 'p1-0');
      expect(line).toMatchObject({ outcome: 'running', recoveryPoint: first!.id });
    });
  });
});
