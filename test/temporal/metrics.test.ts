/** What a worker really offers to Prometheus, names and labels: the alert rules stand on them. */
import { createServer } from 'node:net';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { protectZone } from '../../client/client.ts';
import { recheckZone } from '../../client/upkeep.ts';
import { fleetOf, deploy } from '../simulation/harness/fleet.ts';
import { Scenario } from './harness/scenario.ts';
import { startServer } from './harness/server.ts';

let env: TestWorkflowEnvironment;
let address: string;
beforeAll(async () => {
  address = `127.0.0.1:${await freePort()}`;
  env = await startServer(address);
});
afterAll(() => env.teardown());

/** The value of a metric among what a worker offers, by parts of its labels. */
function valueIn(offered: string, name: string, ...labels: string[]): number | undefined {
  const has = (line: string) => line.startsWith(`${name}{`) && labels.every((label) => line.includes(label));
  const line = offered.split('\n').find(has);
  return line === undefined ? undefined : Number(line.split(' ').at(-1));
}

function freePort(): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  const server = createServer().listen(0, '127.0.0.1', () => {
    const bound = server.address();
    server.close(() => resolve(typeof bound === 'object' && bound ? bound.port : 0));
  });
  return promise;
}

test('a round of protection is told to Prometheus, by job and by tier', async () => {
  const scenario = new Scenario(env, 'metrics');
  const { world, home } = scenario;
  await deploy(world, home, fleetOf({ P1: 2 }));
  const before = world.now() / 1000;
  const offered = await scenario.whileWorking(async () => {
    await protectZone(scenario.client, scenario.config, { zone: home }, () => {});
    return (await fetch(`http://${address}/metrics`)).text();
  });
  const value = (name: string, ...labels: string[]) => valueIn(offered, name, `zone="${home}"`, ...labels);

  const ofJob = ['job="p1-0"', 'job_namespace="default"', 'tier="P1"'];
  const state = value('az_escape_recovery_point_state_timestamp_seconds', ...ofJob);
  expect(state).toBeGreaterThanOrEqual(Math.floor(before) - 1);
  expect(value('az_escape_protect_interval_seconds', 'tier="P1"')).toBe(120);
  expect(value('az_escape_protect_rounds_total', 'outcome="protected"')).toBe(2);
  expect(value('az_escape_protect_copied_bytes_total', 'tier="P1"')).toBeGreaterThan(0);
  expect(value('az_escape_protect_round_seconds_count', 'tier="P1"')).toBe(2);
});

test('what a check finds damaged is told to Prometheus until a later check finds it whole', async () => {
  const fleet = fleetOf({ P1: 2 });
  const scenario = await new Scenario(env, 'metrics-damage').withProtected(fleet);
  const { world, home, peer } = scenario;
  const { objects } = world.store(peer);
  const [lost] = world.store(peer).keys('snapshots/default/p1-1');
  const held = objects.get(lost!)!;
  const look = async () => {
    await recheckZone(scenario.client, scenario.config, { zone: home }, () => {});
    const offered = await (await fetch(`http://${address}/metrics`)).text();
    const of = (name: string, job: string) => valueIn(offered, name, `job="${job}"`, `zone="${home}"`);
    return (job: string) => ({
      checked: of('az_escape_recheck_timestamp_seconds', job)!,
      damaged: of('az_escape_recheck_damaged_timestamp_seconds', job),
      noneIntact: of('az_escape_recheck_none_intact_timestamp_seconds', job),
    });
  };
  const [before, after] = await scenario.whileWorking(async () => {
    objects.delete(lost!);
    const damaged = await look();
    objects.set(lost!, held);
    return [damaged, await look()];
  });
  expect(before('p1-0')).toMatchObject({ damaged: undefined, noneIntact: undefined });
  const { checked } = before('p1-1');
  expect(before('p1-1')).toEqual({ checked, damaged: checked, noneIntact: checked });
  expect(after('p1-1')).toMatchObject({ damaged: checked, noneIntact: checked });
  expect(after('p1-1').checked).toBeGreaterThan(checked);
});
