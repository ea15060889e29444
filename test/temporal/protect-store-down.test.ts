import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { failuresToStop } from '../../model/protect/breaker.ts';
import { protectZone } from '../../client/client.ts';
import { deploy, fleetOf, protectAll } from '../simulation/harness/fleet.ts';
import { recoveryPointsOf } from '../simulation/harness/recovery-points.ts';
import { Scenario } from './harness/scenario.ts';
import { startServer } from './harness/server.ts';

let env: TestWorkflowEnvironment;
beforeAll(async () => {
  env = await startServer();
});
afterAll(() => env.teardown());

describe.concurrent('a sweep whose peer store is down', () => {
  test('asks nothing of any job, stops, and goes on when the store is back', async ({ expect }) => {
    const fleet = fleetOf({ P1: 20 });
    const scenario = await new Scenario(env, 'store-down').withProtected(fleet);
    const { world, home, peer } = scenario;
    Object.assign(scenario.config.protect, { savepointsAtOnce: 3, shipmentsAtOnce: 1 });
    const before = fleet.map(({ name }) => recoveryPointsOf(scenario, name).length);
    world.zone(peer).storeRefuses = true;

    const [failed, mended] = await scenario.whileWorking(async () => {
      const sweep = () => protectZone(scenario.client, scenario.config, { zone: home }, () => {});
      const down = await sweep();
      expect(world.ledger.of(home, 'flink triggerSavepoint')).toEqual([]);
      world.zone(peer).storeRefuses = false;
      return [down, await sweep()];
    });

    expect(failed.summary).toMatchObject({ protected: 0, failed: 20, refused: 0 });
    const untried = failed.progress!.results.filter(({ sentence }) => sentence.endsWith('this one was not tried'));
    // Those that were under way when the third one failed had been begun already.
    expect(untried.length).toBeGreaterThanOrEqual(20 - failuresToStop - 4);
    expect(failed.progress!.results.every(({ code }) => code === 'StoreDown')).toBe(true);
    expect(mended.summary).toMatchObject({ protected: 20, failed: 0 });
    const after = fleet.map(({ name }) => recoveryPointsOf(scenario, name).length);
    expect(after).toEqual(before.map((count) => count + 1));
  });

  test('says so too where the whole peer zone is cut off, its API server included', async ({ expect }) => {
    const scenario = await new Scenario(env, 'cut-off').withProtected(fleetOf({ P1: 2 }));
    const { world, home, peer } = scenario;
    world.zone(peer).dead = true;
    const { progress } = await scenario.whileWorking(() =>
      protectZone(scenario.client, scenario.config, { zone: home }, () => {}),
    );
    expect(progress!.results.map(({ outcome, code }) => `${outcome} ${code}`)).toEqual([
      'failed StoreDown',
      'failed StoreDown',
    ]);
    expect(world.ledger.of(home, 'flink triggerSavepoint')).toEqual([]);
  });

  test('keeps the recovery points that there are', async ({ expect }) => {
    const fleet = fleetOf({ P2: 2 });
    const scenario = await new Scenario(env, 'kept').withProtected(fleet);
    const { world, home, peer } = scenario;
    world.zone(peer).storeRefuses = true;
    await scenario.whileWorking(() => protectZone(scenario.client, scenario.config, { zone: home }, () => {}));
    world.zone(peer).storeRefuses = false;
    world.zone(home).dead = true;
    const report = scenario.report(await scenario.whileWorking(() => scenario.escape()));
    expect(report.totals).toMatchObject({ running: 2, left: 0, failed: 0 });
  });

  test('two rounds of one job at once make one recovery point', async ({ expect }) => {
    const [job] = fleetOf({ P1: 1 });
    const scenario = new Scenario(env, 'twice');
    const { world, home, peer } = scenario;
    await deploy(world, home, [job!]);
    const outcomes = await Promise.allSettled([
      protectAll(world, home, [job!], 'schedule'),
      protectAll(world, home, [job!], 'by hand'),
    ]);
    const refusals = outcomes.filter(({ status }) => status === 'rejected');
    expect(recoveryPointsOf(scenario, job!.name).length).toBe(2 - refusals.length);
    expect(refusals.length).toBeGreaterThanOrEqual(1);
    expect(String((refusals[0] as PromiseRejectedResult).reason)).toContain('another round of protection of it');
    await protectAll(world, home, [job!], 'next');
    expect(world.cluster(peer).deployments.has('default/p1-0')).toBe(true);
  });
});
