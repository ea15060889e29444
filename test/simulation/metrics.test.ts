/** What a worker really offers to Prometheus, names and labels: the alert rules stand on them. */
import { createServer } from 'node:net';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { protectZone } from '../../worker/client.ts';
import { fleetOf, deploy } from './harness/fleet.ts';
import { Scenario } from './harness/scenario.ts';
import { startServer } from './harness/server.ts';

let env: TestWorkflowEnvironment;
let address: string;
beforeAll(async () => {
  address = `127.0.0.1:${await freePort()}`;
  env = await startServer(address);
});
afterAll(() => env.teardown());

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
  const lineOf = (name: string, ...labels: string[]) =>
    offered.split('\n').find((line) => line.startsWith(`${name}{`) && labels.every((label) => line.includes(label)));
  const valueOf = (line: string | undefined) => Number(line?.split(' ').at(-1));

  const state = lineOf('az_escape_recovery_point_state_timestamp_seconds', 'job="p1-0"', 'job_namespace="default"');
  expect(valueOf(state)).toBeGreaterThanOrEqual(Math.floor(before) - 1);
  expect(state).toContain(`zone="${home}"`);
  expect(state).toContain('tier="P1"');
  expect(valueOf(lineOf('az_escape_protect_interval_seconds', 'tier="P1"'))).toBe(120);
  expect(valueOf(lineOf('az_escape_protect_rounds_total', 'outcome="protected"'))).toBe(2);
  expect(valueOf(lineOf('az_escape_protect_copied_bytes_total', 'tier="P1"'))).toBeGreaterThan(0);
  expect(valueOf(lineOf('az_escape_protect_round_seconds_count', 'tier="P1"'))).toBe(2);
});
