import { randomUUID } from 'node:crypto';
import { WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { followEscape, Refusal, requestEscape } from '../../client/client.ts';
import { findRunning } from '../../client/running-escape.ts';
import { deploy, fleetOf } from '../simulation/harness/fleet.ts';
import { Scenario } from './harness/scenario.ts';
import { startServer } from './harness/server.ts';
import { waitUntil } from '../simulation/harness/wait-until.ts';

let env: TestWorkflowEnvironment;
beforeAll(async () => {
  env = await startServer();
});
afterAll(() => env.teardown());

/** Starts it as the Web UI's form does: any JSON, no check before. The failure's type and sentence. */
async function failureOfForm(scenario: Scenario, input: unknown): Promise<{ type: string; message: string }> {
  const started = scenario.client.workflow.execute('escapeZone', {
    workflowId: randomUUID(),
    taskQueue: scenario.config.temporal.taskQueue,
    args: [input],
  });
  const error: unknown = await started.then(
    () => new Error('it succeeded'),
    (failure: unknown) => failure,
  );
  if (!(error instanceof WorkflowFailedError) || !(error.cause instanceof ApplicationFailure)) throw error;
  return { type: error.cause.type ?? '', message: error.cause.message };
}

describe.concurrent('the entry of an escape', () => {
  test('takes the same incident twenty times as one, also after its end', async () => {
    const scenario = await new Scenario(env, 'repeated').withProtected(fleetOf({ P1: 4 }));
    const { world, home, peer, client, config } = scenario;
    world.zone(home).dead = true;
    await scenario.whileWorking(async () => {
      const ask = () => requestEscape(client, config, { zone: home, incident: 'INC-1' });
      const asked = await Promise.all(Array.from({ length: 20 }, ask));
      expect(asked[0]!.verdict).toMatchObject({ accepted: true, workflowId: `escape-active/${home}` });
      for (const one of asked) expect(one).toEqual(asked[0]);
      const summary = await followEscape(client, asked[0]!, () => {});
      expect(summary.totals).toMatchObject({ running: 4, left: 0, failed: 0 });
      expect((await ask()).verdict).toEqual(asked[0]!.verdict);
    });
    expect(world.operator(peer).starts).toHaveLength(4);
    expect(world.ledger.of(home)).toHaveLength(1);
  });

  test('refuses another incident for the same zone at once', async () => {
    const scenario = await new Scenario(env, 'exclusive').withProtected(fleetOf({ P1: 2 }));
    const { world, home, peer, client, config } = scenario;
    const release = world.zone(peer).hold('kubernetes patch');
    await scenario.whileWorking(async () => {
      const first = scenario.escape();
      await waitUntil('the first escape starts jobs', () => scenario.patched().length > 0);
      const other = await requestEscape(client, config, { zone: home, incident: 'INC-2' });
      expect(other.verdict).toMatchObject({ accepted: false, code: 'EscapeUnderWay' });
      expect(other.verdict.sentence).toBe(`${home} is already being escaped by escape-active/${home}`);
      await expect(followEscape(client, other, () => {})).rejects.toMatchObject({ code: 'EscapeUnderWay' });
      release();
      expect((await first).totals.running).toBe(2);
      // What was in its way is gone, so the same incident is taken up now; there is nothing left to escape.
      await waitUntil('the first escape is over', async () => !(await findRunning(client, config, home)));
      const again = await requestEscape(client, config, { zone: home, incident: 'INC-2' });
      expect(again.verdict).toMatchObject({ accepted: true });
      await expect(followEscape(client, again, () => {})).rejects.toMatchObject({ code: 'NothingProtected' });
    });
    expect(world.operator(peer).starts).toHaveLength(2);
  });

  test('refuses what it cannot understand, in words, and starts nothing', async () => {
    const scenario = new Scenario(env, 'refused');
    await scenario.whileWorking(async () => {
      const wrong = await failureOfForm(scenario, { zone: 7, tiers: 'P0', dryrun: true, budget: '10', lostAt: 'noon' });
      expect(wrong.type).toBe('BadInput');
      for (const field of ['"zone"', '"tiers"', '"dryrun"', '"budget"', '"lostAt"'])
        expect(wrong.message).toContain(field);
      expect(await failureOfForm(scenario, 'az-a')).toMatchObject({ type: 'BadInput' });
      expect(await failureOfForm(scenario, undefined)).toMatchObject({ type: 'BadInput' });
      expect(await failureOfForm(scenario, [])).toMatchObject({ type: 'BadInput' });
      const unknown = await failureOfForm(scenario, { zone: 'az-z' });
      expect(unknown).toEqual({
        type: 'UnknownZone',
        message: `"az-z" is no zone of the configuration; zones are ${scenario.home}, ${scenario.peer}`,
      });
      // The client refuses both before it asks Temporal anything.
      const ask = (input: object) => requestEscape(scenario.client, scenario.config, input as { zone: string });
      await expect(ask({ zone: 'az-z' })).rejects.toBeInstanceOf(Refusal);
      await expect(ask({ zone: scenario.home, zones: 1 })).rejects.toMatchObject({ code: 'BadInput' });
    });
    expect(scenario.world.ledger.entries).toEqual([]);
    const active = scenario.client.workflow.getHandle(`escape-active/${scenario.home}`);
    await expect(active.describe()).rejects.toThrow(/not found/i);
  });

  test('takes the form with nothing but a zone', async () => {
    const scenario = await new Scenario(env, 'form').withProtected(fleetOf({ P2: 1 }));
    await scenario.whileWorking(async () => {
      const workflowId = `form-${randomUUID()}`;
      const summary = await scenario.client.workflow.execute('escapeZone', {
        workflowId,
        taskQueue: scenario.config.temporal.taskQueue,
        args: [{ zone: scenario.home }],
      });
      const report = scenario.report(summary as Awaited<ReturnType<Scenario['escape']>>);
      expect(report).toMatchObject({ incident: workflowId, totals: { running: 1 }, trigger: { via: 'ui' } });
    });
  });

  test('ends with PeerDown when the peer does not answer, and has changed nothing', async () => {
    const scenario = await new Scenario(env, 'peer-down').withProtected(fleetOf({ P1: 1 }));
    scenario.world.zone(scenario.peer).dead = true;
    const before = scenario.state();
    await scenario.whileWorking(async () => {
      const refused = scenario.escape();
      await expect(refused).rejects.toMatchObject({ code: 'PeerDown' });
      await expect(refused).rejects.toThrow(/cannot take the jobs of home-peer-down: .*got no answer/);
    });
    expect(scenario.state()).toEqual(before);
    expect(scenario.world.ledger.of(scenario.home)).toEqual([]);
  });

  test('ends with NothingProtected when the peer holds no standby of the zone', async () => {
    const scenario = new Scenario(env, 'nothing');
    await deploy(scenario.world, scenario.home, fleetOf({ P1: 2 }));
    const before = scenario.state();
    await scenario.whileWorking(async () => {
      await expect(scenario.escape()).rejects.toMatchObject({ code: 'NothingProtected' });
    });
    expect(scenario.state()).toEqual(before);
  });
});
