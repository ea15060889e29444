/** Periodic protection: the schedules follow the configuration, and a round that one starts protects its tier alone. */
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { jobKey } from '../../model/job/job.ts';
import { applySchedules, listSchedules, removeSchedules } from '../../client/schedules.ts';
import type { ProtectSummary } from '../../workflows/protect/protect-zone.ts';
import { deploy, fleetOf } from '../simulation/harness/fleet.ts';
import { Scenario } from './harness/scenario.ts';
import { startServer } from './harness/server.ts';
import { waitUntil } from '../simulation/harness/wait-until.ts';

let env: TestWorkflowEnvironment;
beforeAll(async () => {
  env = await startServer();
});
afterAll(() => env.teardown());

test('one schedule a zone and tier and two a zone for checks and retention, renewed in place, and gone when removed', async () => {
  const { client, config, home } = new Scenario(env, 'schedules');
  expect((await listSchedules(client, config)).every(({ state }) => state === 'absent')).toBe(true);
  const first = await applySchedules(client, config);
  expect(first).toHaveLength(12);
  expect(first.find(({ id }) => id === `recheck/${home}`)).toMatchObject({ tier: null, everyMs: 3_600_000 });
  expect(first.find(({ id }) => id === `retain/${home}`)).toMatchObject({ tier: null, everyMs: 86_400_000 });
  expect(first.find(({ id }) => id === `protect/${home}/P2`)).toMatchObject({ everyMs: 600_000, state: 'runs' });

  await client.schedule.getHandle(`protect/${home}/P2`).pause('maintenance');
  config.tiers.P2.intervalMs = 120_000;
  const second = await applySchedules(client, config);
  expect(second.find(({ id }) => id === `protect/${home}/P2`)).toMatchObject({ everyMs: 120_000, state: 'paused' });
  const { spec } = await client.schedule.getHandle(`protect/${home}/P2`).describe();
  expect(spec.intervals?.map(({ every }) => every)).toEqual([120_000]);

  await removeSchedules(client, config);
  expect((await listSchedules(client, config)).every(({ state }) => state === 'absent')).toBe(true);
});

test('a scheduled round protects the jobs of its tier', async () => {
  const scenario = new Scenario(env, 'scheduled-round');
  const { client, config, home, peer, world } = scenario;
  await deploy(world, home, fleetOf({ P1: 2, P2: 1 }));
  await applySchedules(client, config);
  await scenario.whileWorking(async () => {
    await client.schedule.getHandle(`protect/${home}/P1`).trigger();
    await waitUntil('the round is over', async () => (await roundOf(`protect/${home}/P1`)) !== undefined);
  });
  expect(await roundOf(`protect/${home}/P1`)).toMatchObject({ protected: 2, failed: 0, refused: 0 });
  await removeSchedules(client, config);
  const standbys = await world.cluster(peer).listDeployments();
  expect(standbys.map(({ metadata }) => jobKey(metadata)).toSorted()).toEqual(['default/p1-0', 'default/p1-1']);
});

/** Result of the newest round that a schedule started; undefined while there is none. */
async function roundOf(scheduleId: string): Promise<ProtectSummary | undefined> {
  const { info } = await env.client.schedule.getHandle(scheduleId).describe();
  const workflow = info.recentActions.at(-1)?.action.workflow;
  if (!workflow) return undefined;
  const handle = env.client.workflow.getHandle(workflow.workflowId);
  const { status } = await handle.describe();
  return status.name === 'COMPLETED' ? ((await handle.result()) as ProtectSummary) : undefined;
}
