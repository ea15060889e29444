/** Room that is kept free for P1 jobs, from a round of protection until their escape. */
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { protectZone } from '../../client/client.ts';
import type { ProtectSummary } from '../../workflows/protect/protect-zone.ts';
import { deploy, fleetOf } from '../simulation/harness/fleet.ts';
import { Scenario } from './harness/scenario.ts';
import { startServer } from './harness/server.ts';

let env: TestWorkflowEnvironment;
beforeAll(async () => {
  env = await startServer();
});
afterAll(() => env.teardown());

const placeholders = { image: 'pause', namespace: 'az-escape', tiers: ['P1' as const] };

async function withReserve(name: string): Promise<Scenario> {
  const scenario = new Scenario(env, name);
  scenario.config.zones[scenario.peer]!.kubernetes.placeholders = placeholders;
  await deploy(scenario.world, scenario.home, fleetOf({ P0: 1, P1: 3, P2: 1 }));
  return scenario;
}

const round = async ({ client, config, home }: Scenario): Promise<ProtectSummary> =>
  (await protectZone(client, config, { zone: home }, () => {})).summary;

/** How many pods are kept, by their CPU. */
const kept = ({ world, peer }: Scenario) =>
  Object.fromEntries(
    [...world.cluster(peer).placeholders.values()].map(({ cpuMillis, replicas }) => [cpuMillis, replicas]),
  );

describe.concurrent('reserved room', () => {
  test('is as large as what P1 needs after each round, and given up before a P1 starts', async () => {
    const scenario = await withReserve('reserve');
    const { world, home, peer } = scenario;
    await scenario.whileWorking(async () => {
      expect((await round(scenario)).reserve).toEqual({ zone: peer, pods: 6, trouble: '' });
      // A JobManager and a TaskManager of two slots for each of three jobs.
      expect(kept(scenario)).toEqual({ 1000: 3, 2000: 3 });
      expect([...world.cluster(peer).placeholders.values()].map(({ nodeSelector }) => nodeSelector)).toEqual([
        { zone: peer },
        { zone: peer },
      ]);

      await world.cluster(home).deleteDeployment({ namespace: 'default', name: 'p1-2' }, { deadlineMs: 1_000 });
      await world.cluster(peer).deleteDeployment({ namespace: 'default', name: 'p1-2' }, { deadlineMs: 1_000 });
      expect((await round(scenario)).reserve?.pods).toBe(4);

      world.zone(home).dead = true;
      world.ledger.clear();
      await scenario.escape({ dryRun: true });
      expect(kept(scenario)).toEqual({ 1000: 2, 2000: 2 });

      const report = scenario.report(await scenario.escape());
      expect(report.totals).toMatchObject({ running: 4, left: 0, failed: 0 });
      expect(kept(scenario)).toEqual({ 1000: 0, 2000: 0 });
      const calls = world.ledger.of(peer).map(({ kind, object }) => `${kind} ${object}`);
      const lastScaled = calls.findLastIndex((call) => call.startsWith('kubernetes scale placeholder'));
      expect(lastScaled).toBeGreaterThan(0);
      expect(calls.findIndex((call) => /patch default.p[12]/.test(call))).toBeGreaterThan(lastScaled);
    });
  });

  test('keeps that of jobs which do not start', async () => {
    const scenario = await withReserve('reserve-some');
    const { world, home } = scenario;
    await scenario.whileWorking(async () => {
      await round(scenario);
      world.zone(home).dead = true;
      await scenario.escape({ tiers: ['P0', 'P2'] });
      expect(kept(scenario)).toEqual({ 1000: 3, 2000: 3 });
    });
  });

  test('that cannot be kept is told, and hinders neither a round nor an escape', async () => {
    const scenario = await withReserve('reserve-refused');
    const { world, home, peer } = scenario;
    world.cluster(peer).placeholdersRefused = true;
    await scenario.whileWorking(async () => {
      const summary = await round(scenario);
      expect(summary).toMatchObject({ protected: 5, failed: 0 });
      expect(summary.reserve).toEqual({
        zone: peer,
        pods: 0,
        trouble: `no room is reserved in ${peer}: kubernetes ${peer}: list of placeholders was refused (403).`,
      });
      world.zone(home).dead = true;
      expect(scenario.report(await scenario.escape()).totals).toMatchObject({ running: 5, left: 0, failed: 0 });
    });
  });
});
