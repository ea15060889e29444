/** After the escape: the lost zone comes back, what runs elsewhere is stopped in it, and it can take the jobs again. */
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { annotations, labels } from '../../model/job/marks.ts';
import { reportStore } from '../../zones/reports/report-shelf.ts';
import { followEscape, protectZone, requestEscape } from '../../client/client.ts';
import { reportSchema } from '../../model/report/schema.ts';
import { deploy, fleetOf } from '../simulation/harness/fleet.ts';
import { lineOf, Scenario } from './harness/scenario.ts';
import { startServer } from './harness/server.ts';
import { waitUntil } from '../simulation/harness/wait-until.ts';

let env: TestWorkflowEnvironment;
beforeAll(async () => {
  env = await startServer();
});
afterAll(() => env.teardown());

test('a zone that comes back has its escaped jobs stopped, and only those', async () => {
  const fleet = fleetOf({ P0: 1, P1: 2 });
  const scenario = await new Scenario(env, 'return').withProtected(fleet);
  const { world, home, peer } = scenario;
  // Not protected, so it does not escape: its only copy is the one in the lost zone.
  await deploy(world, home, fleetOf({ P3: 1 }));
  world.zone(home).dead = true;
  await scenario.whileWorking(async () => {
    const report = scenario.report(await scenario.escape());
    expect(report.totals).toMatchObject({ running: 3, left: 0, failed: 0 });
    expect(report.fence.outcome).toBe('unreachable');
    const running = () => [...world.operator(home).runs.keys()].toSorted();
    expect(running()).toEqual(['default/p0-0', 'default/p1-0', 'default/p1-1', 'default/p3-0']);

    world.zone(home).dead = false;
    const fence = env.client.workflow.getHandle(`fence/${home}/${report.id}`);
    expect(await fence.result()).toMatchObject({ outcome: 'fenced' });
    await waitUntil('the escaped jobs are stopped', () => running().length === 1);
    expect(running()).toEqual(['default/p3-0']);
  });
  const stopped = await world.cluster(home).getDeployment({ namespace: 'default', name: 'p1-0' });
  expect(stopped?.metadata.labels?.[labels.role]).toBe('standby');
  expect(stopped?.metadata.annotations).toMatchObject({ [annotations.activeZone]: peer, [annotations.epoch]: '2' });
  expect(world.cluster(home).configMaps.get('default/p0-0-role')).toEqual({ role: 'twin' });
});

test('the jobs can be protected and escape the other way', async () => {
  const fleet = fleetOf({ P0: 1, P2: 1 });
  const scenario = await new Scenario(env, 'both-ways').withProtected(fleet);
  const { world, client, config, home, peer } = scenario;
  world.zone(home).dead = true;
  await scenario.whileWorking(async () => {
    const there = scenario.report(await scenario.escape());
    expect(there.totals).toMatchObject({ running: 2, left: 0, failed: 0 });
    world.zone(home).dead = false;
    await env.client.workflow.getHandle(`fence/${home}/${there.id}`).result();

    const { summary } = await protectZone(client, config, { zone: peer }, () => {});
    expect(summary).toMatchObject({ protected: 2, problems: [] });
    world.zone(peer).dead = true;
    const asked = await requestEscape(client, config, { zone: peer, incident: 'INC-2' });
    const { reportKey } = await followEscape(client, asked, () => {});
    const bytes = await reportStore(world, home).read(reportKey, { maxBytes: 1 << 20 });
    const back = reportSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
    expect(back.totals).toMatchObject({ running: 2, left: 0, failed: 0 });
    for (const name of ['p0-0', 'p2-0']) expect(lineOf(back, name)).toMatchObject({ epoch: 3, from: peer, to: home });
  });
});
