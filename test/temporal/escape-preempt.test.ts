/** An escape into a zone that is full: P3 jobs that run there make room for what matters more, and for nothing else. */
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { jobKey } from '../../model/job/job.ts';
import { annotations } from '../../model/job/marks.ts';
import type { Report } from '../../model/report/schema.ts';
import { fleetOf, resident } from '../simulation/harness/fleet.ts';
import { fullPeer } from './harness/full-peer.ts';
import type { Scenario } from './harness/scenario.ts';
import { startServer } from './harness/server.ts';
import { waitUntil } from '../simulation/harness/wait-until.ts';
import { startMortalWorker } from './harness/mortal-worker.ts';

let env: TestWorkflowEnvironment;
beforeAll(async () => {
  env = await startServer();
});
afterAll(() => env.teardown());

const outcomes = ({ jobs }: Report) => Object.fromEntries(jobs.map(({ name, outcome }) => [name, outcome]));
const marksOf = ({ world, peer }: Scenario, name: string) =>
  world.cluster(peer).deployments.get(jobKey(resident(name)))!.metadata.annotations ?? {};
const runsIn = ({ world, peer }: Scenario, name: string) => world.operator(peer).runs.has(jobKey(resident(name)));

describe.concurrent('an escape into a zone full of P3 jobs', () => {
  test('ends as many of them as needed, each with a savepoint, and leaves P3 jobs of its own', async () => {
    const scenario = await fullPeer(env, 'preempt', fleetOf({ P0: 1, P1: 1, P2: 1, P3: 2 }), ['r0', 'r1', 'r2'], [3]);
    const { world, peer } = scenario;
    world.cluster(peer).deployments.get('default/r0')!.metadata.annotations = { [annotations.weight]: '9' };
    const report = await scenario.whileWorking(async () => scenario.report(await scenario.escape()));

    // The free node takes P1 at once; P2 gets the room of one resident, P3 that of none.
    expect(outcomes(report)).toEqual({
      'p0-0': 'running',
      'p1-0': 'running',
      'p2-0': 'running',
      'p3-0': 'left',
      'p3-1': 'left',
    });
    expect(report.jobs.filter(({ outcome }) => outcome === 'left').every(({ code }) => code === 'NoRoom')).toBe(true);
    expect(report.preempted).toEqual([
      {
        namespace: 'default',
        name: 'r1',
        zone: peer,
        outcome: 'suspended',
        code: 'MadeRoom',
        message: 'it ended with a savepoint',
        savepoint: expect.stringMatching(/^s3a:.*\/az-escape\/preempted\/default\/r1\/[0-9a-f]{32}\/savepoint-/),
        seconds: expect.any(Number),
        makesRoomFor: ['default/p2-0'],
      },
    ]);
    expect(['r0', 'r1', 'r2'].map((name) => runsIn(scenario, name))).toEqual([true, false, true]);
    // Its operator would keep its pods for a day.
    expect(world.operator(peer).idle.size).toBe(0);
    expect(marksOf(scenario, 'r1')).toMatchObject({
      [annotations.preemptedBy]: report.id,
      [annotations.comeBackFrom]: report.preempted[0]!.savepoint,
    });
    expect(world.savepoints.triggered.filter(({ job }) => /r\d$/.test(job))).toHaveLength(1);
  });

  test('keeps nobody waiting who has room, but a P2 behind a P1 that has none yet', async () => {
    const scenario = await fullPeer(env, 'preempt-order', fleetOf({ P0: 1, P1: 2, P2: 1 }), ['r0'], [3, 3]);
    const { world, peer } = scenario;
    // Its TaskManager fits on no node but that of the resident.
    world.cluster(peer).nodes[0]!.cpuMillis = 5000;
    world.cluster(peer).deployments.get('default/p1-0')!.spec['taskManager'] = { resource: { cpu: 4 } };
    world.cluster(peer).deployments.get('default/p1-0')!.metadata.annotations![annotations.weight] = '2';
    const release = world.zone(peer).hold('kubernetes list pods');
    await scenario.whileWorking(async () => {
      const escape = scenario.escape();
      const started = () => scenario.patched().toSorted().join();
      await waitUntil('all who need not wait are told to start', () => started() === 'p0-0,p1-1,r0');
      // A patch that was sent has not arrived yet.
      const run = () => world.operator(peer).runs.get('default/p1-1');
      await waitUntil('one of them runs', () => run()?.allRunAt(world.now()) ?? false);
      expect(started()).toBe('p0-0,p1-1,r0');
      release();
      const report = scenario.report(await escape);
      expect(report.totals).toMatchObject({ running: 4, left: 0, failed: 0 });
      expect(report.preempted).toMatchObject([{ name: 'r0', makesRoomFor: ['default/p1-0'] }]);
      expect(scenario.patched().slice(-2)).toEqual(['p1-0', 'p2-0']);
    });
  });

  test('does without a savepoint that takes too long, and starts all the same if pods do not go', async () => {
    const scenario = await fullPeer(env, 'preempt-stuck', fleetOf({ P1: 1 }), ['r0']);
    const { world, peer, config } = scenario;
    config.escape.preemptSavepointMs = 2_000;
    config.escape.preemptDeadlineMs = 3_000;
    world.savepoints.faults.set('default/r0', 'hangs');
    world.cluster(peer).lingering.add('default/r0');
    const report = await scenario.whileWorking(async () => scenario.report(await scenario.escape()));
    expect(report.totals.running).toBe(1);
    expect(report.preempted).toMatchObject([{ name: 'r0', outcome: 'suspended', code: 'PodsRemain', savepoint: null }]);
    expect(report.preempted[0]!.message).toBe(
      'it ended without a savepoint of ours: default/r0: no savepoint within 2 s; the previous recovery points stay in use; 2 of its pods are still there after 3.0 s',
    );
    expect(marksOf(scenario, 'r0')[annotations.comeBackFrom]).toBeUndefined();
  });

  test('spares a job that became more important meanwhile', async () => {
    const scenario = await fullPeer(env, 'preempt-spared', fleetOf({ P1: 1 }), ['r0']);
    const { world, peer } = scenario;
    world.ledger.onNote(({ zone, kind, object }) => {
      if (zone !== peer || kind !== 'flink jobs' || object !== 'default/r0') return;
      const found = world.cluster(peer).deployments.get('default/r0')!;
      found.metadata.labels = { 'az-escape.io/tier': 'P1' };
    });
    const report = await scenario.whileWorking(async () => scenario.report(await scenario.escape()));
    expect(report.preempted).toMatchObject([{ name: 'r0', outcome: 'left', seconds: null }]);
    expect(runsIn(scenario, 'r0')).toBe(true);
  });

  test('says in a dry run who would have to end, and ends nobody', async () => {
    const scenario = await fullPeer(env, 'preempt-dry', fleetOf({ P1: 1 }), ['r0', 'r1']);
    const before = scenario.state();
    const report = await scenario.whileWorking(async () => scenario.report(await scenario.escape({ dryRun: true })));
    expect(report.preempted).toMatchObject([{ name: 'r0', outcome: 'planned', makesRoomFor: ['default/p1-0'] }]);
    expect(scenario.state()).toEqual(before);
  });

  test.each(['flink savepointStatus', 'kubernetes patch', 'kubernetes list pods'])(
    'whose worker is killed at its first %s ends as if undisturbed',
    async (kind) => {
      const name = `preempt-killed-${kind.replaceAll(' ', '-')}`;
      const scenario = await fullPeer(env, name, fleetOf({ P1: 2 }), ['r0', 'r1']);
      const { world, peer } = scenario;
      const { mortal, bury } = await startMortalWorker(env, scenario);
      mortal.killAt(1, (entry) => entry.zone === peer && entry.kind === kind && /r\d$/.test(entry.object));
      try {
        const escape = scenario.escape();
        await waitUntil(`the worker is killed at ${kind}`, () => mortal.dead);
        const report = scenario.report(await scenario.whileWorking(() => escape));
        expect(report.totals).toMatchObject({ running: 2, left: 0, failed: 0 });
        expect(report.preempted.map(({ outcome, savepoint }) => [outcome, savepoint !== null])).toEqual([
          ['suspended', true],
          ['suspended', true],
        ]);
        expect(world.savepoints.triggered.filter(({ job }) => /r\d$/.test(job))).toHaveLength(2);
        expect(['r0', 'r1'].map((one) => runsIn(scenario, one))).toEqual([false, false]);
      } finally {
        await bury();
      }
    },
  );
});
