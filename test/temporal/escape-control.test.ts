/** What operators tell a running escape: approval, jobs to skip, tiers to hold. */
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tellEscape, type Telling } from '../../client/running-escape.ts';
import { fleetOf } from '../simulation/harness/fleet.ts';
import { startMortalWorker } from './harness/mortal-worker.ts';
import { lineOf, Scenario } from './harness/scenario.ts';
import { startServer } from './harness/server.ts';
import { waitUntil } from '../simulation/harness/wait-until.ts';

let env: TestWorkflowEnvironment;
beforeAll(async () => {
  env = await startServer();
});
afterAll(() => env.teardown());

function tell({ client, config, home }: Scenario, telling: Telling) {
  return tellEscape(client, config, home, telling);
}

function waitsForApproval(scenario: Scenario): Promise<void> {
  const phase = () =>
    scenario.progress().then(
      (progress) => progress.phase,
      () => 'not begun',
    );
  return waitUntil('it waits for approval', async () => (await phase()) === 'approve');
}

async function exists({ client }: Scenario, workflowId: string): Promise<boolean> {
  return client.workflow
    .getHandle(workflowId)
    .describe()
    .then(
      () => true,
      () => false,
    );
}

describe.concurrent('an escape that needs approval', () => {
  test('shows its plan and changes nothing before somebody approves, whose name is kept', async () => {
    const scenario = await new Scenario(env, 'approved').withProtected(fleetOf({ P0: 1, P1: 3, P2: 2 }));
    scenario.world.zone(scenario.home).dead = true;
    const before = scenario.state();
    await scenario.whileWorking(async () => {
      const over = scenario.escape({ approval: true, tiers: ['P0', 'P1'] });
      await waitsForApproval(scenario);
      expect(await scenario.progress()).toMatchObject({
        approval: { jobs: 4, left: 2, by: null },
        tiers: { P0: { waiting: 1 }, P1: { waiting: 3 } },
      });
      expect(scenario.state()).toEqual(before);
      expect(scenario.world.ledger.of(scenario.home)).toEqual([]);

      expect((await scenario.tell('approve', 'anna')).approval).toMatchObject({ by: 'anna' });
      // Who was first stands.
      expect((await scenario.tell('approve', 'bert')).approval).toMatchObject({ by: 'anna' });
      const report = scenario.report(await over);
      expect(report.totals).toMatchObject({ running: 4, left: 2, failed: 0 });
      expect(report.operators).toMatchObject([{ act: 'approve', by: 'anna' }]);
    });
  });

  test('ends by itself when nobody approves, with nothing changed', async () => {
    const scenario = await new Scenario(env, 'not-approved').withProtected(fleetOf({ P0: 1, P1: 2 }));
    scenario.config.escape.approval = 'required';
    scenario.config.escape.approvalTimeoutMs = 1_500;
    const before = scenario.state();
    await scenario.whileWorking(async () => {
      const report = scenario.report(await scenario.escape());
      expect(report.totals).toMatchObject({ running: 0, left: 3, failed: 0 });
      const message = 'nobody approved the escape within 1.5 s, so nothing was changed';
      for (const job of report.jobs) expect(job).toMatchObject({ outcome: 'left', code: 'NotApproved', message });
      expect(report.fence).toEqual({ outcome: 'skipped', detail: message });
      expect(report).toMatchObject({ outcome: 'aborted', planAgeSeconds: null });
      expect(await scenario.progress()).toMatchObject({ phase: 'aborted', note: message });
      await expect(scenario.tell('approve', 'anna')).rejects.toMatchObject({ code: 'NoEscape' });
    });
    expect(scenario.state()).toEqual(before);
    expect(scenario.world.ledger.of(scenario.home)).toEqual([]);
    expect(await exists(scenario, `fence/${scenario.home}/${scenario.home}-INC-1`)).toBe(false);
  });

  test('is rejected by an abort, with nothing changed', async () => {
    const scenario = await new Scenario(env, 'rejected').withProtected(fleetOf({ P1: 2 }));
    const before = scenario.state();
    await scenario.whileWorking(async () => {
      const over = scenario.escape({ approval: 'required' });
      await waitsForApproval(scenario);
      await scenario.tell('abort', 'bert');
      const report = scenario.report(await over);
      for (const job of report.jobs)
        expect(job).toMatchObject({ code: 'EscapeAborted', message: 'the escape was aborted by bert' });
    });
    expect(scenario.state()).toEqual(before);
    expect(await exists(scenario, `fence/${scenario.home}/${scenario.home}-INC-1`)).toBe(false);
  });

  test('is not there for a dry run, nor where nobody asked for one', async () => {
    const scenario = await new Scenario(env, 'no-approval').withProtected(fleetOf({ P1: 1 }));
    const release = scenario.world.zone(scenario.peer).hold('kubernetes patch');
    await scenario.whileWorking(async () => {
      expect((await scenario.escape({ approval: true, dryRun: true })).totals.running).toBe(1);
      const over = scenario.escape();
      await waitUntil('it starts jobs', () => scenario.patched().length > 0);
      const refused = scenario.tell('approve', 'anna');
      await expect(refused).rejects.toMatchObject({ code: 'NothingToApprove' });
      release();
      expect((await over).totals.running).toBe(1);
    });
  });
});

describe.concurrent('an operator', () => {
  test('skips jobs whose batch has not begun, also when the worker is killed, and no others', async () => {
    const fleet = fleetOf({ P1: 2, P2: 4 });
    const scenario = await new Scenario(env, 'skip').withProtected(fleet);
    const { world, peer } = scenario;
    const { mortal, bury } = await startMortalWorker(env, scenario);
    try {
      const release = world.zone(peer).hold('kubernetes patch');
      const over = scenario.escape();
      await waitUntil('the first wave begins', () => scenario.patched().length > 0);
      const skip = (job: string) => tell(scenario, { word: 'skipJob', job, by: 'otto' });
      expect(await skip('default/p2-1')).toMatchObject({
        note: 'default/p2-1 skipped by otto',
        skipped: [{ job: 'default/p2-1', by: 'otto' }],
      });
      await skip('default/p2-1');
      await expect(skip('default/p1-0')).rejects.toMatchObject({ code: 'JobStarted' });
      await expect(skip('default/nobody')).rejects.toMatchObject({ code: 'JobNotFound' });
      await expect(skip('nobody')).rejects.toMatchObject({ code: 'BadInput' });
      mortal.killAt(
        1,
        ({ zone, kind, object }) => zone === peer && kind === 'kubernetes patch' && object.includes('p2'),
      );
      release();
      await waitUntil('the worker is killed', () => mortal.dead);
      const report = scenario.report(await scenario.whileWorking(() => over));
      expect(report.totals).toMatchObject({ running: 5, left: 1, failed: 0 });
      expect(lineOf(report, 'p2-1')).toMatchObject({ outcome: 'left', code: 'JobSkipped', message: 'skipped by otto' });
      expect(report.operators).toMatchObject([{ act: 'skipJob', by: 'otto', subject: 'default/p2-1' }]);
      expect(scenario.patched()).not.toContain('p2-1');
      expect(world.store(peer).keys('epochs/default/p2-1')).toEqual(['epochs/default/p2-1/1']);
    } finally {
      await bury();
    }
  });

  test('holds a tier, behind which the others go on, and releases it', async () => {
    const scenario = await new Scenario(env, 'hold').withProtected(fleetOf({ P0: 1, P1: 3, P2: 2 }));
    await scenario.whileWorking(async () => {
      const over = scenario.escape({ approval: true });
      await waitsForApproval(scenario);
      const hold = (word: 'holdTier' | 'releaseTier', tier: string) => tell(scenario, { word, tier, by: 'otto' });
      await expect(hold('holdTier', 'P9')).rejects.toMatchObject({ code: 'BadInput' });
      expect((await hold('holdTier', 'P1')).held).toEqual([{ tier: 'P1', by: 'otto' }]);
      await scenario.tell('approve', 'anna');
      await waitUntil('P2 runs', async () => (await scenario.progress()).tiers.P2?.running === 2);
      expect(scenario.patched().filter((name) => name.startsWith('p1'))).toEqual([]);
      expect((await scenario.progress()).tiers.P1).toMatchObject({ jobs: 3, waiting: 3 });
      expect((await hold('releaseTier', 'P1')).held).toEqual([]);
      const report = scenario.report(await over);
      expect(report.totals).toMatchObject({ running: 6, left: 0, failed: 0 });
      expect(report.operators.map(({ act, subject }) => [act, subject])).toEqual([
        ['holdTier', 'P1'],
        ['approve', undefined],
        ['releaseTier', 'P1'],
      ]);
    });
  });

  test('may type nonsense into Temporal without holding anything up', async () => {
    const scenario = await new Scenario(env, 'nonsense').withProtected(fleetOf({ P1: 1 }));
    await scenario.whileWorking(async () => {
      const over = scenario.escape({ approval: true });
      await waitsForApproval(scenario);
      const active = scenario.client.workflow.getHandle(`escape-active/${scenario.home}`);
      const updates = ['approve', 'pause', 'resume', 'abort', 'skipJob', 'holdTier', 'releaseTier'];
      for (const update of updates)
        for (const args of [[], ['anna'], [{}], [{ by: 7, job: {}, tier: 0 }]])
          await expect(active.executeUpdate(update, { args: args as [] })).rejects.toThrow();
      expect(await scenario.progress()).toMatchObject({ phase: 'approve', paused: false });
      await scenario.tell('approve', 'anna');
      expect((await over).totals.running).toBe(1);
    });
  });
});
