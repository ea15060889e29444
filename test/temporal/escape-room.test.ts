/** What the room of the peer zone, the weight of jobs and who feeds whom make of an escape. */
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { annotations } from '../../model/job/marks.ts';
import type { NodeCapacity } from '../../model/capacity/types.ts';
import { jobKey } from '../../model/job/job.ts';
import { fleetOf } from '../simulation/harness/fleet.ts';
import { Scenario } from './harness/scenario.ts';
import { startServer } from './harness/server.ts';
import { waitUntil } from '../simulation/harness/wait-until.ts';

let env: TestWorkflowEnvironment;
beforeAll(async () => {
  env = await startServer();
});
afterAll(() => env.teardown());

/** Each job of a fleet asks for one core for its JobManager and two for its TaskManager. */
function nodesOf(zone: string, ...cores: number[]): NodeCapacity[] {
  return cores.map((count, index) => ({
    name: `node-${index}`,
    cpuMillis: count * 1000,
    memoryBytes: 2 ** 40,
    pods: 110,
    labels: { zone },
    taints: [],
    schedulable: true,
  }));
}

describe.concurrent('an escape into a zone with little room', () => {
  test('starts the most important jobs that fit, and says of the others what is missing', async () => {
    const fleet = fleetOf({ P0: 2, P1: 3, P2: 2, P3: 2 });
    const scenario = await new Scenario(env, 'little-room').withProtected(fleet);
    const { world, home, peer } = scenario;
    // Room for three JobManagers with their TaskManagers, and a core that no TaskManager fits on.
    world.cluster(peer).nodes = nodesOf(peer, 6, 3, 1);
    world.zone(home).dead = true;
    const { report, progress } = await scenario.whileWorking(async () => {
      const summary = await scenario.escape();
      return { report: scenario.report(summary), progress: await scenario.progress() };
    });
    // Twins run already and need none.
    expect(report.totals).toMatchObject({ running: 5, left: 4, failed: 0 });
    for (const { name, tier, outcome, code, message } of report.jobs) {
      const fits = tier === 'P0' || tier === 'P1';
      expect([name, outcome]).toEqual([name, fits ? 'running' : 'left']);
      if (fits) continue;
      expect(code).toBe('NoRoom');
      expect(message).toBe(
        `no node of ${peer} has 2 CPU and 1.68 GiB free for its TaskManager: largest free is 1 CPU and 1024 GiB on node-2`,
      );
    }
    expect(scenario.patched().every((name) => name < 'p2')).toBe(true);
    expect(progress.tiers).toMatchObject({
      P1: { jobs: 3, running: 3, left: 0 },
      P2: { jobs: 2, waiting: 0, left: 2 },
    });
  });

  test('without any is told by its plan, and then asks nobody for approval and fences nothing', async () => {
    const scenario = await new Scenario(env, 'no-room').withProtected(fleetOf({ P1: 2, P2: 1 }));
    const { world, client, home, peer } = scenario;
    world.cluster(peer).nodes = nodesOf(peer, 1);
    const before = scenario.state();
    await scenario.whileWorking(async () => {
      const report = scenario.report(await scenario.escape({ approval: true }));
      expect(report.totals).toMatchObject({ running: 0, left: 3, failed: 0 });
      expect(report.fence).toEqual({ outcome: 'skipped', detail: 'the plan starts no job' });
      const { note } = await scenario.progress();
      expect(note).toMatch(/^no job starts: 3 are left, such as default\/p1-0: NoRoom: /);
    });
    expect(scenario.state()).toEqual(before);
    expect(world.ledger.of(home)).toEqual([]);
    await expect(client.workflow.getHandle(`fence/${home}/${home}-INC-1`).describe()).rejects.toThrow(/not found/i);
  });

  test('as a second incident starts what was left, once there is room', async () => {
    const fleet = fleetOf({ P1: 2 });
    const scenario = await new Scenario(env, 'more-room').withProtected(fleet);
    const { world, home, peer } = scenario;
    world.zone(home).dead = true;
    await scenario.whileWorking(async () => {
      world.cluster(peer).nodes = nodesOf(peer, 3);
      expect(scenario.report(await scenario.escape())).toMatchObject({ totals: { running: 1, left: 1 } });
      // As an operator who read the report would: another node, less what the first job holds.
      world.cluster(peer).nodes = nodesOf(peer, 0, 4);
      const second = scenario.report(await scenario.escape({ incident: 'INC-2' }));
      expect(second.jobs.map(({ name, outcome }) => [name, outcome])).toEqual([['p1-1', 'running']]);
    });
  });

  test('goes on without a judgement on room when nodes may not be read, and notes it', async () => {
    const fleet = fleetOf({ P1: 1, P3: 2 });
    const scenario = await new Scenario(env, 'unseen-room').withProtected(fleet);
    const { world, home, peer } = scenario;
    world.cluster(peer).nodes = [];
    world.cluster(peer).nodesRefused = true;
    world.zone(home).dead = true;
    const { report, progress } = await scenario.whileWorking(async () => {
      const summary = await scenario.escape();
      return { report: scenario.report(summary), progress: await scenario.progress() };
    });
    expect(report.totals).toMatchObject({ running: 3, left: 0, failed: 0 });
    expect(progress.note).toBe(
      `room by nodes of ${peer} was not judged: kubernetes ${peer}: list of nodes was refused (403 Forbidden)`,
    );
  });

  test('does not wait for a cluster that is too slow to tell its room', async () => {
    const scenario = await new Scenario(env, 'slow-room').withProtected(fleetOf({ P1: 1 }));
    const { world, home, peer } = scenario;
    scenario.config.escape.roomDeadlineMs = 300;
    world.cluster(peer).listPodRequests = (signal) =>
      new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason as Error)));
    world.zone(home).dead = true;
    await scenario.whileWorking(async () => {
      expect(scenario.report(await scenario.escape()).totals.running).toBe(1);
      expect((await scenario.progress()).note).toContain('was not judged: not read within 300 ms');
    });
  });
});

test('what feeds a job starts before it, and a wave that will be late is told beforehand', async () => {
  const fleet = fleetOf({ P2: 3 });
  const scenario = await new Scenario(env, 'lineage').withProtected(fleet);
  const { world, home, peer } = scenario;
  scenario.config.escape.startsPerSecond = 1;
  const mark = (name: string, key: string, value: string) =>
    (world.cluster(peer).deployments.get(jobKey({ namespace: 'default', name }))!.metadata.annotations![key] = value);
  mark('p2-0', annotations.upstream, 'default/p2-2');
  mark('p2-1', annotations.weight, '5');
  world.zone(home).dead = true;
  const report = await scenario.whileWorking(async () => {
    const release = world.zone(peer).hold('kubernetes patch');
    const asked = scenario.escape({ budget: '61s' });
    await waitUntil('starts are issued', () => world.ledger.of(peer, 'kubernetes patch').length > 0);
    const { note } = await scenario.progress();
    expect(note).toMatch(/^wave 0 \(2 jobs of P2\) is expected .* of the 1 m 1 s budget.*\. wave 1 \(1 job of P2\)/);
    // The second wave waits until the starts of the first are issued.
    expect(scenario.patched()).not.toContain('p2-0');
    release();
    return scenario.report(await asked);
  });
  expect(report.jobs.map(({ name, wave }) => [name, wave])).toEqual([
    ['p2-1', 0],
    ['p2-2', 0],
    ['p2-0', 1],
  ]);
  expect(scenario.patched().at(-1)).toBe('p2-0');
});

test('an escape is reckoned by how fast the one before it went', async () => {
  const fleet = fleetOf({ P1: 6, P3: 6 });
  const scenario = await new Scenario(env, 'measured').withProtected(fleet);
  const { world, home, peer } = scenario;
  const planOf = (incident: string) => {
    const { bytes } = world.store(peer).objects.get(`reports/escape/${home}-${incident}/plan.json`)!;
    return JSON.parse(new TextDecoder().decode(bytes)) as { forecast: string; waves: { expectedSeconds: number }[] };
  };
  world.zone(home).dead = true;
  await scenario.whileWorking(async () => {
    await scenario.escape({ tiers: ['P1'] });
    expect(planOf('INC-1').forecast).toContain(`1 m until a job runs (by the settings); no escape into ${peer}`);
    await scenario.escape({ incident: 'INC-2' });
    expect(planOf('INC-2').forecast).toContain('until a job runs (measured); 1 escape into');
  });
});
