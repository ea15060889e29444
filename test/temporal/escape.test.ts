import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { jobKey } from '../../model/job/job.ts';
import { annotations, labels } from '../../model/job/marks.ts';
import { storeKeys } from '../../model/store-keys.ts';
import { fleetOf } from '../simulation/harness/fleet.ts';
import { lineOf, Scenario } from './harness/scenario.ts';
import { startServer } from './harness/server.ts';
import { waitUntil } from '../simulation/harness/wait-until.ts';

let env: TestWorkflowEnvironment;
beforeAll(async () => {
  env = await startServer();
});
afterAll(() => env.teardown());

const everyTier = { P0: 4, P1: 12, P2: 14, P3: 10 };

describe.concurrent('an escape', () => {
  test('brings every job back on the state it was asked for, the most important first', async () => {
    const fleet = fleetOf(everyTier);
    const scenario = await new Scenario(env, 'happy').withProtected(fleet);
    const { world, home, peer } = scenario;
    const twinStarts = world.operator(peer).starts.length;
    world.zone(home).dead = true;

    const report = scenario.report(await scenario.whileWorking(() => scenario.escape({ by: 'ops', via: 'cli' })));

    expect(report.totals).toMatchObject({ running: 40, left: 0, failed: 0 });
    expect(report.trigger).toEqual({ by: 'ops', via: 'cli' });
    expect(report.fence.outcome).toBe('unreachable');
    expect(Object.keys(report.tiers)).toEqual(['P0', 'P1', 'P2', 'P3']);

    const tiersInOrder = scenario.patched().map((name) => name.slice(0, 2));
    expect(tiersInOrder).toEqual(tiersInOrder.toSorted());
    expect(tiersInOrder).toHaveLength(40);

    for (const job of fleet) {
      const line = lineOf(report, job.name);
      const run = world.operator(peer).runs.get(jobKey(job))!;
      expect(run.allRunAt(world.now())).toBe(true);
      expect(line.restoredPath).toBe(run.restoredPath);
      expect(line.restoredPath).toContain(`/snapshots/${jobKey(job)}/`);
      expect(line.rtoSeconds).toBeGreaterThanOrEqual(0);
      expect(line.epoch).toBe(2);
      const epochs = world.store(peer).keys(storeKeys.epochsPrefix(job));
      expect(epochs).toEqual([storeKeys.epochKey(job, 1), storeKeys.epochKey(job, 2)]);
      const held = world.store(peer).objects.get(epochs[1]!)!.bytes;
      expect(JSON.parse(new TextDecoder().decode(held))).toMatchObject({ owner: report.id, zone: peer });
      const object = world.cluster(peer).deployments.get(jobKey(job))!;
      expect(object.metadata.labels).toMatchObject({ [labels.role]: 'active', [labels.tier]: job.tier });
      expect(object.metadata.annotations).toMatchObject({ [annotations.epoch]: '2', [annotations.activeZone]: peer });
    }
    // Twins were promoted as they ran; each other job was started once.
    const starts = world
      .operator(peer)
      .starts.slice(twinStarts)
      .map(({ job }) => job);
    expect(starts.toSorted()).toEqual(
      fleet
        .filter(({ tier }) => tier !== 'P0')
        .map(jobKey)
        .toSorted(),
    );
    expect(world.cluster(peer).configMaps.get('default/p0-0-role')).toEqual({ role: 'active' });
    expect(
      world
        .cluster(peer)
        .pokes.map(({ job }) => job)
        .toSorted(),
    ).toEqual(fleet.filter(({ tier }) => tier === 'P0').map(jobKey));
    // The lost zone heard one attempt to fence it, and nothing else.
    expect(world.ledger.countsOf(home)).toEqual({ 'kubernetes list': 1 });
  });

  test('tells a lost zone that still hears to stop its jobs, and only those', async () => {
    const fleet = fleetOf({ P1: 2, P3: 1 });
    const scenario = await new Scenario(env, 'fence').withProtected(fleet);
    const { world, home } = scenario;
    const report = scenario.report(await scenario.whileWorking(() => scenario.escape({ tiers: ['P1'] })));
    expect(report.totals).toMatchObject({ running: 2, left: 1, failed: 0 });
    expect(report.fence).toMatchObject({ outcome: 'fenced' });
    expect([...world.operator(home).runs.keys()]).toEqual(['default/p3-0']);
  });

  test('as a dry run changes nothing, says what it would do, and does not lock out the real one', async () => {
    const fleet = fleetOf({ P0: 2, P1: 3, P2: 3 });
    const scenario = await new Scenario(env, 'dry-run').withProtected(fleet);
    const { world, home, peer } = scenario;
    world.zone(home).dead = true;
    const before = scenario.state();
    await scenario.whileWorking(async () => {
      const rehearsed = scenario.report(await scenario.escape({ dryRun: true }));
      expect(scenario.state()).toEqual(before);
      expect(rehearsed).toMatchObject({ dryRun: true, fence: { outcome: 'skipped' } });
      expect(rehearsed.jobs).toHaveLength(8);
      for (const line of rehearsed.jobs) {
        // `running` means here that it would be started.
        expect(line).toMatchObject({ outcome: 'running', epoch: 2, rtoSeconds: null });
        expect(line.restoredPath).toContain(`bucket-${peer}`);
      }
      expect(world.ledger.countsOf(home)).toEqual({});

      const release = world.zone(peer).hold('kubernetes patch');
      const real = scenario.escape();
      await waitUntil('the escape starts jobs', () => world.ledger.of(peer, 'kubernetes patch').length > 0);
      expect(scenario.report(await scenario.escape({ dryRun: true })).dryRun).toBe(true);
      release();
      const report = scenario.report(await real);
      expect(report).toMatchObject({ dryRun: false, outcome: 'completed', totals: { running: 8, left: 0, failed: 0 } });
      expect(report.planAgeSeconds).toBeLessThan(60);
      for (const { attempts } of report.jobs) expect(attempts).toMatchObject([{ how: 'first', code: 'Running' }]);
      expect(report.jobs.every(({ epoch }) => epoch === 2)).toBe(true);
    });
  });

  test('bears an API server and a store that fail a tenth of all calls', async () => {
    const fleet = fleetOf({ P0: 2, P1: 4, P2: 6 });
    const scenario = await new Scenario(env, 'trouble').withProtected(fleet);
    const { world, home, peer } = scenario;
    const twinStarts = world.operator(peer).starts.length;
    world.zone(home).dead = true;
    world.zone(peer).troubleShare = 0.1;
    const summary = await scenario.whileWorking(() => scenario.escape());
    expect(summary.totals).toMatchObject({ running: 12, left: 0, failed: 0 });
    for (const job of fleet) {
      expect(world.store(peer).keys(storeKeys.epochsPrefix(job))).toHaveLength(2);
    }
    const starts = world.operator(peer).starts.slice(twinStarts);
    expect(new Set(starts.map(({ job, path }) => `${job} ${path}`)).size).toBe(10);
    expect(starts).toHaveLength(10);
  });
});

describe.concurrent('an operator', () => {
  test('pauses before the next wave, and resumes', async () => {
    const scenario = await new Scenario(env, 'pause').withProtected(fleetOf({ P1: 3, P2: 3 }));
    const { world, peer } = scenario;
    const release = world.zone(peer).hold('kubernetes patch');
    await scenario.whileWorking(async () => {
      const escape = scenario.escape();
      await waitUntil('the first wave begins', () => scenario.patched().length > 0);
      expect(await scenario.tell('pause', 'anna')).toMatchObject({ paused: true, note: 'paused by anna' });
      release();
      await waitUntil('the first wave runs', async () => (await scenario.progress()).tiers.P1?.running === 3);
      expect(scenario.patched().filter((name) => name.startsWith('p2'))).toEqual([]);
      expect(await scenario.progress()).toMatchObject({ paused: true, tiers: { P2: { jobs: 3, waiting: 3 } } });
      await scenario.tell('resume', 'anna');
      expect((await escape).totals).toMatchObject({ running: 6, left: 0, failed: 0 });
      expect(await scenario.progress()).toMatchObject({ phase: 'done', tiers: { P2: { waiting: 0, running: 3 } } });
    });
  });

  test('aborts: what was not started is left, with the reason', async () => {
    const scenario = await new Scenario(env, 'abort').withProtected(fleetOf({ P1: 3, P2: 3, P3: 2 }));
    const { world, peer } = scenario;
    const release = world.zone(peer).hold('kubernetes patch');
    await scenario.whileWorking(async () => {
      const escape = scenario.escape();
      await waitUntil('the first wave begins', () => scenario.patched().length > 0);
      await scenario.tell('pause', 'anna');
      await scenario.tell('abort', 'bert');
      release();
      const report = scenario.report(await escape);
      expect(report.totals).toMatchObject({ running: 3, left: 5, failed: 0 });
      expect(lineOf(report, 'p3-1')).toMatchObject({ outcome: 'left', message: 'the escape was aborted by bert' });
      expect(await scenario.progress()).toMatchObject({ phase: 'aborted' });
      expect(world.store(peer).keys('epochs/default/p2-0')).toEqual(['epochs/default/p2-0/1']);
    });
  });
});
