import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { reasonText } from '../../model/outcome/outcome.ts';
import { storeKeys } from '../../model/store-keys.ts';
import { labels } from '../../model/job/marks.ts';
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

describe.concurrent('one job’s trouble', () => {
  test('is its own line with the right diagnosis, while all others run', async ({ expect }) => {
    const diagnoses: Partial<Record<RunFault, RegExp>> = {
      'never-ready': /^not-ready-in-time: .*0 of 4 tasks run/,
      'restart-loop': /^restart-loop: .*the topic orders has no partition 7/,
      'wrong-path': /^wrong-path-restored: .*-of-yesterday instead of s3a:/,
      'rest-5xx': /^job-manager-unreachable: .*503/,
      'rest-silent': /^job-manager-unreachable: .*no complete answer/,
      'falls-silent': /^job-manager-unreachable: .*no Service/,
      'file-missing': /^snapshot-file-missing: /,
      'metadata-damaged': /^snapshot-metadata-corrupt: /,
      'no-room': /^unschedulable: .*Insufficient memory/,
    };
    const faults = Object.keys(diagnoses) as RunFault[];
    const scenario = await new Scenario(env, 'job-failures').withProtected(fleetOf({ P1: faults.length + 4, P2: 10 }));
    const { world, home, peer } = scenario;
    world.zone(home).dead = true;
    for (const [index, fault] of faults.entries()) world.operator(peer).faults.set(`default/p1-${index}`, fault);
    const slow = `p1-${faults.length}`;
    const failOnce = [1, 2, 3].map((more) => `p1-${faults.length + more}`);
    world.operator(peer).faults.set(`default/${slow}`, 'slow');
    for (const name of failOnce) world.operator(peer).faults.set(`default/${name}`, 'fails-once');

    const report = scenario.report(await scenario.whileWorking(() => scenario.escape()));

    for (const [index, fault] of faults.entries()) {
      const line = lineOf(report, `p1-${index}`);
      expect.soft(line.outcome, fault).toBe('failed');
      expect.soft(reasonText(line), fault).toMatch(diagnoses[fault]!);
      expect.soft(line.rtoSeconds, fault).toBeNull();
    }
    for (const name of [slow, ...failOnce]) {
      expect.soft(lineOf(report, name), name).toMatchObject({ outcome: 'running', code: 'Running' });
    }
    expect(report.totals).toMatchObject({ running: 14, left: 0, failed: faults.length });
  });

  test('of an unwell twin: its recovery point is used instead', async () => {
    const scenario = await new Scenario(env, 'twin').withProtected(fleetOf({ P0: 2 }));
    const { world, home, peer } = scenario;
    world.zone(home).dead = true;
    world.operator(peer).runs.get('default/p0-0')!.fault = 'restart-loop';
    const healthyTwin = world.operator(peer).runs.get('default/p0-1')!.jobId;

    const report = scenario.report(await scenario.whileWorking(() => scenario.escape()));

    const line = lineOf(report, 'p0-0');
    expect(line).toMatchObject({
      outcome: 'running',
      restoredPath: recoveryPointsOf(scenario, 'p0-0')[0]!.restorePath,
    });
    expect(line.evidence.join()).toMatch(/the twin was not well \(it restarted/);
    expect(world.operator(peer).runs.get('default/p0-0')!.restoredPath).toBe(line.restoredPath);
    expect(world.cluster(peer).configMaps.get('default/p0-0-role')).toEqual({ role: 'active' });
    expect(world.cluster(peer).deployments.get('default/p0-0')!.metadata.labels![labels.role]).toBe('active');
    expect(lineOf(report, 'p0-1').evidence).toEqual([]);
    expect(world.operator(peer).runs.get('default/p0-1')!.jobId).toBe(healthyTwin);
  });

  test('of damaged recovery points: the newest intact one is used, and the damage is told', async () => {
    const fleet = fleetOf({ P1: 4 });
    const scenario = await new Scenario(env, 'damaged').withProtected(fleet);
    const { world, home, peer } = scenario;
    await protectAll(world, home, fleet, 'second round');
    world.zone(home).dead = true;
    const { objects } = world.store(peer);
    const [older, newest] = recoveryPointsOf(scenario, 'p1-0');
    objects.delete(newest!.files[1]!.key);
    const [, cut] = recoveryPointsOf(scenario, 'p1-1');
    const file = objects.get(cut!.files[1]!.key)!;
    file.bytes = file.bytes.slice(0, 10);
    const [, torn] = recoveryPointsOf(scenario, 'p1-2');
    objects.get(storeKeys.recoveryPointKey(torn!.job, torn!.id))!.bytes = new TextEncoder().encode(
      '{"schema": 1, "id"',
    );
    for (const manifest of recoveryPointsOf(scenario, 'p1-3')) objects.delete(manifest.files[0]!.key);

    const report = scenario.report(await scenario.whileWorking(() => scenario.escape()));

    expect(report.totals).toMatchObject({ running: 3, left: 0, failed: 1 });
    expect(lineOf(report, 'p1-0')).toMatchObject({ recoveryPoint: older!.id, restoredPath: older!.restorePath });
    expect(lineOf(report, 'p1-0').evidence.join()).toContain('misses a file in store');
    expect(lineOf(report, 'p1-1').evidence.join()).toMatch(/has 10 of \d+ bytes of a file in store/);
    expect(lineOf(report, 'p1-2').evidence.join()).toContain('is not JSON');
    expect(reasonText(lineOf(report, 'p1-3'))).toMatch(/^NoRecoveryPoint: no intact recovery point of default\/p1-3/);
    expect(world.store(peer).keys('epochs/default/p1-3')).toHaveLength(1);
  });

  test('of an epoch that somebody else claimed after the plan: it is left, with the holder', async () => {
    const scenario = await new Scenario(env, 'claimed').withProtected(fleetOf({ P1: 1, P2: 2 }));
    const { world, peer } = scenario;
    const release = world.zone(peer).hold('kubernetes patch');
    const report = await scenario.whileWorking(async () => {
      const escape = scenario.escape();
      await waitUntil('the first wave begins', () => scenario.patched().length > 0);
      const claim = { owner: 'relocate-77', zone: 'az-c', at: new Date().toISOString() };
      world.store(peer).write('epochs/default/p2-0/2', new TextEncoder().encode(JSON.stringify(claim)));
      release();
      return scenario.report(await escape);
    });
    expect(report.totals).toMatchObject({ running: 2, left: 1, failed: 0 });
    expect(reasonText(lineOf(report, 'p2-0'))).toBe('EpochTaken: epoch 2 of default/p2-0 is held by relocate-77');
    expect(lineOf(report, 'p2-1')).toMatchObject({ outcome: 'running', epoch: 2 });
    expect(world.operator(peer).runs.has('default/p2-0')).toBe(false);
  });
});
