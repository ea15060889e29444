/** Escapes of a part of a zone, and limits within which nothing is. */
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { annotations } from '../../model/job/marks.ts';
import { requestEscape } from '../../client/client.ts';
import { fleetOf } from '../simulation/harness/fleet.ts';
import { lineOf, Scenario } from './harness/scenario.ts';
import { startServer } from './harness/server.ts';
import { waitUntil } from '../simulation/harness/wait-until.ts';

let env: TestWorkflowEnvironment;
beforeAll(async () => {
  env = await startServer();
});
afterAll(() => env.teardown());

function mixedFleet() {
  const teams = ['payments', 'billing', 'payments'];
  return fleetOf({ P1: 3, P2: 3 }).map((job, index) => ({
    ...job,
    labels: { team: teams[index % 3]!, env: index < 3 ? 'live' : 'dev' },
  }));
}

describe.concurrent('an escape of a part of a zone', () => {
  test('starts the jobs that a selector of their labels meets, and leaves the others', async () => {
    const scenario = await new Scenario(env, 'selector').withProtected(mixedFleet());
    const { world, home, peer } = scenario;
    world.zone(home).dead = true;
    await scenario.whileWorking(async () => {
      const report = scenario.report(await scenario.escape({ selector: 'team in (payments),env!=dev' }));
      expect(scenario.patched().toSorted()).toEqual(['p1-0', 'p1-2']);
      expect(report.totals).toMatchObject({ running: 2, left: 4, failed: 0 });
      expect(lineOf(report, 'p1-1')).toMatchObject({
        code: 'OutsideScope',
        message: 'outside the selector that was asked for',
      });
      // Argo CD and Helm would take a standby with their labels for theirs.
      const standby = world.cluster(peer).deployments.get('default/p2-0')!;
      expect(standby.metadata.labels).not.toHaveProperty('team');
      expect(standby.metadata.annotations![annotations.labels]).toBe('{"team":"payments","env":"dev"}');
    });
  });

  test('starts the jobs that are named, and tells of one that is not there', async () => {
    const scenario = await new Scenario(env, 'named').withProtected(mixedFleet());
    await scenario.whileWorking(async () => {
      const report = scenario.report(await scenario.escape({ jobs: ['default/p2-1', 'default/typo'] }));
      expect(report.totals).toMatchObject({ running: 1, left: 6, failed: 0 });
      expect(lineOf(report, 'typo')).toMatchObject({
        code: 'JobNotFound',
        message: `${scenario.peer} holds no standby or twin of default/typo`,
      });
      expect(lineOf(report, 'p1-0').message).toBe('outside the jobs that were asked for');
    });
  });

  test('is refused at once when no job is within its limits', async () => {
    const scenario = await new Scenario(env, 'limited-to-none').withProtected(mixedFleet());
    const { client, config, home, peer } = scenario;
    const before = scenario.state();
    await scenario.whileWorking(async () => {
      const ask = (limits: object, incident: string) =>
        requestEscape(client, config, { zone: home, incident, ...limits });
      const { verdict } = await ask({ selector: 'team=payment', tiers: ['P1'] }, 'INC-1');
      expect(verdict).toMatchObject({ accepted: false, code: 'NothingSelected' });
      expect(verdict.sentence).toBe(
        `no job of ${home} that ${peer} has a standby of is within tiers P1; selector "team=payment"`,
      );
      for (const limits of [{ namespaces: ['default '] }, { jobs: ['default/typo'] }, { tiers: ['P3'] }])
        expect((await ask(limits, JSON.stringify(limits))).verdict.code).toBe('NothingSelected');
      // The incident is not used up: mended, it escapes.
      expect((await scenario.escape({ selector: 'team=payments', tiers: ['P1'] })).totals.running).toBe(2);
    });
    expect(before).not.toEqual(scenario.state());
  });

  test('is refused by its plan when the peer could not tell before', async () => {
    const scenario = await new Scenario(env, 'limited-later').withProtected(mixedFleet());
    const { world, peer } = scenario;
    const before = scenario.state();
    world.zone(peer).dead = true;
    await scenario.whileWorking(async () => {
      const over = scenario.escape({ selector: 'team=payment' }).catch((error: unknown) => error);
      await waitUntil('the escape tries the peer', () => world.ledger.of(peer, 'kubernetes ping').length > 0);
      world.zone(peer).dead = false;
      expect(await over).toMatchObject({ code: 'NothingSelected' });
    });
    expect(scenario.state()).toEqual(before);
  });
});
