import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { annotations } from '../../model/job/marks.ts';
import { fleetOf, protectAll } from '../simulation/harness/fleet.ts';
import { recoveryPointsOf } from '../simulation/harness/recovery-points.ts';
import { lineOf, Scenario } from './harness/scenario.ts';
import { startServer } from './harness/server.ts';
import { waitUntil } from '../simulation/harness/wait-until.ts';
import type { RunFault } from '../../simulation/flink/faults.ts';

let env: TestWorkflowEnvironment;
beforeAll(async () => {
  env = await startServer();
});
afterAll(() => env.teardown());

/** The fault befalls the job's first start alone, as when a snapshot or one set of settings is to blame. */
async function escapeWithFirstStart(scenario: Scenario, fault: RunFault) {
  const { world, home, peer } = scenario;
  world.zone(home).dead = true;
  const operator = world.operator(peer);
  operator.faults.set('default/p1-0', fault);
  return scenario.whileWorking(async () => {
    const escape = scenario.escape();
    await waitUntil('the first start', () => operator.starts.some(({ job }) => job === 'default/p1-0'));
    operator.faults.delete('default/p1-0');
    return scenario.report(await escape);
  });
}

describe.concurrent('a job that does not come up', () => {
  test('from its newest recovery point is started from the one before', async ({ expect }) => {
    const fleet = fleetOf({ P1: 2 });
    const scenario = await new Scenario(env, 'older').withProtected(fleet);
    await protectAll(scenario.world, scenario.home, fleet, 'second round');
    const [older, newest] = recoveryPointsOf(scenario, 'p1-0');

    const report = await escapeWithFirstStart(scenario, 'file-missing');

    const line = lineOf(report, 'p1-0');
    expect(line).toMatchObject({ outcome: 'running', recoveryPoint: older!.id, restoredPath: older!.restorePath });
    expect(line.epoch).toBe(2);
    expect(line.evidence.join()).toMatch(/start 2, from an older recovery point, after snapshot-file-missing/);
    const starts = scenario.world.operator(scenario.peer).starts.filter(({ job }) => job === 'default/p1-0');
    expect(starts.map(({ path }) => path)).toEqual([newest!.restorePath, older!.restorePath]);
    expect(lineOf(report, 'p1-1').evidence).toEqual([]);
  });

  test('because it restored something else is started once more with a fresh object', async ({ expect }) => {
    const scenario = await new Scenario(env, 'again').withProtected(fleetOf({ P1: 1 }));
    const report = await escapeWithFirstStart(scenario, 'wrong-path');
    const [point] = recoveryPointsOf(scenario, 'p1-0');
    expect(lineOf(report, 'p1-0')).toMatchObject({ outcome: 'running', restoredPath: point!.restorePath });
  });

  test('is started with the settings that its owner allows', async ({ expect }) => {
    const scenario = await new Scenario(env, 'fallback').withProtected(fleetOf({ P1: 1 }));
    const { cluster } = { cluster: scenario.world.cluster(scenario.peer) };
    const job = { namespace: 'default', name: 'p1-0' };
    const settings = { allowNonRestoredState: true, flinkConfiguration: { 'restart-strategy.type': 'none' } };
    await cluster.patchDeployment(job, {
      metadata: { annotations: { [annotations.fallback]: JSON.stringify(settings) } },
    });

    const report = await escapeWithFirstStart(scenario, 'restart-loop');

    expect(lineOf(report, 'p1-0')).toMatchObject({ outcome: 'running' });
    const spec = cluster.deployments.get('default/p1-0')!.spec;
    expect(spec.flinkConfiguration).toMatchObject({
      'restart-strategy.type': 'none',
      'taskmanager.numberOfTaskSlots': '2',
    });
    expect(spec.job).toMatchObject({ state: 'running', allowNonRestoredState: true });
  });

  test('and has no rung left is failed, and its line says what was tried', async ({ expect }) => {
    const fleet = fleetOf({ P1: 1 });
    const scenario = await new Scenario(env, 'top').withProtected(fleet);
    await protectAll(scenario.world, scenario.home, fleet, 'second round');
    scenario.world.zone(scenario.home).dead = true;
    scenario.world.operator(scenario.peer).faults.set('default/p1-0', 'metadata-damaged');

    const report = scenario.report(await scenario.whileWorking(() => scenario.escape()));

    const line = lineOf(report, 'p1-0');
    expect(line).toMatchObject({ outcome: 'failed', diagnosis: 'snapshot-metadata-corrupt' });
    const came = { recoveryPoint: expect.stringMatching(/^\d{8}T\d{6}Z-/), code: 'snapshot-metadata-corrupt' };
    expect(line.attempts).toMatchObject([
      { how: 'first', ...came },
      { how: 'older', ...came },
    ]);
    expect(line.attempts[1]!.recoveryPoint < line.attempts[0]!.recoveryPoint).toBe(true);
    expect(line.evidence.join('\n')).toMatch(/not started anew: there is no older intact recovery point/);
    expect(scenario.world.operator(scenario.peer).starts).toHaveLength(2);
  });

  test('is taken up by the next escape, unless it runs by then', async ({ expect }) => {
    const scenario = await new Scenario(env, 'next').withProtected(fleetOf({ P1: 3 }));
    const { world, home, peer } = scenario;
    world.zone(home).dead = true;
    const operator = world.operator(peer);
    operator.faults.set('default/p1-0', 'restart-loop');
    operator.faults.set('default/p1-1', 'restart-loop');

    const [first, second] = await scenario.whileWorking(async () => {
      const before = scenario.report(await scenario.escape());
      operator.faults.clear();
      // What kept it down is gone, and it comes up by itself.
      operator.runs.get('default/p1-1')!.fault = undefined;
      return [before, scenario.report(await scenario.escape({ incident: 'INC-2' }))];
    });

    expect(first!.totals).toMatchObject({ running: 1, left: 0, failed: 2 });
    expect(second!.totals).toMatchObject({ running: 1, left: 1, failed: 0 });
    expect(lineOf(second!, 'p1-0')).toMatchObject({ outcome: 'running', epoch: 3 });
    expect(lineOf(second!, 'p1-1')).toMatchObject({
      code: 'RunsAlready',
      message: `it runs in ${peer} by now, although an earlier escape gave it up`,
    });
    expect(second!.jobs.map(({ name }) => name)).not.toContain('p1-2');
    const marks = world.cluster(peer).deployments.get('default/p1-0')!.metadata.annotations!;
    expect(marks[annotations.failed]).toBeUndefined();
  });
});
