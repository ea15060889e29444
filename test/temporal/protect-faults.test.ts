/** Rounds amid troubles of either store, of a JobManager and of a second protector: what was kept stays good. */
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OutsideFailure } from '../../adapters/failure.ts';
import { protectJob } from '../../activities/protect/protect-job.ts';
import { damageOf } from '../../jobs/recovery-points/recovery-points.ts';
import { annotations } from '../../model/job/marks.ts';
import { protectZone } from '../../client/client.ts';
import { fleetOf, stagePulse, userDeployment } from '../simulation/harness/fleet.ts';
import { recoveryPointsOf } from '../simulation/harness/recovery-points.ts';
import { Scenario } from './harness/scenario.ts';
import { startServer } from './harness/server.ts';
import { waitUntil } from '../simulation/harness/wait-until.ts';
import { MortalWorld } from '../../simulation/world/mortal-world.ts';

let env: TestWorkflowEnvironment;
beforeAll(async () => {
  env = await startServer();
});
afterAll(() => env.teardown());

const fleet = fleetOf({ P1: 2 });

/** Two protected jobs; the first is shipped from now on, the second goes on by savepoint. */
async function staged(name: string): Promise<Scenario> {
  const scenario = await new Scenario(env, name).withProtected(fleet);
  const { world, home } = scenario;
  world.checkpoints.jobs.add('default/p1-0');
  const shipped = userDeployment(fleet[0]!, 'P1');
  shipped.metadata.annotations = { [annotations.mode]: 'ship' };
  await world.cluster(home).applyDeployment(shipped);
  const run = world.operator(home).runs.get('default/p1-0')!;
  await waitUntil('a checkpoint to ship', () => run.checkpointsAt(world.now()).latestCompleted !== undefined);
  return scenario;
}

const round = (scenario: Scenario) =>
  protectZone(scenario.client, scenario.config, { zone: scenario.home }, () => {}).then(({ summary }) => summary);

/** Every recovery point that has a manifest is whole, and the standbys name one of them. */
async function expectIntact(scenario: Scenario, counts: readonly number[]): Promise<void> {
  const { world, peer } = scenario;
  for (const [index, { name }] of fleet.entries()) {
    const manifests = recoveryPointsOf(scenario, name);
    expect(manifests, name).toHaveLength(counts[index]!);
    for (const manifest of manifests) expect(await damageOf(world.store(peer), manifest), manifest.id).toBeUndefined();
    const named = world.cluster(peer).deployments.get(`default/${name}`)!.metadata.annotations![
      annotations.recoveryPoint
    ]!;
    expect(manifests.some(({ id }) => named.includes(id))).toBe(true);
  }
}

describe.concurrent('a round of protection meets', () => {
  test('a store that is full: a small object still fits, a snapshot does not', async () => {
    const scenario = await staged('faults-full');
    const { world, peer } = scenario;
    let full = true;
    world.ledger.onNote(({ zone, kind, object }) => {
      if (!full || zone !== peer || !/^store (put|writeStream)$/.test(kind) || !object.startsWith('snapshots/')) return;
      throw new OutsideFailure('Unavailable', `store ${peer}`, `store ${peer}: 507 Insufficient Storage.`);
    });
    world.savepoints.faults.set('default/p1-1', 'fails');
    await scenario.whileWorking(async () => {
      const refused = await round(scenario);
      expect(refused).toMatchObject({ protected: 0, failed: 2 });
      const sentences = Object.fromEntries(refused.problems.map(({ name, sentence }) => [name, sentence]));
      expect(sentences['p1-0']).toContain('507 Insufficient Storage');
      expect(sentences['p1-1']).toContain('Could not flush to file');
      await expectIntact(scenario, [1, 1]);
      full = false;
      world.savepoints.faults.clear();
      expect(await round(scenario)).toMatchObject({ protected: 2 });
      await expectIntact(scenario, [2, 2]);
    });
  });

  test('a store that answers too slowly: no job is asked for anything', async () => {
    const scenario = await staged('faults-slow');
    const { world, peer, home } = scenario;
    world.ledger.clear();
    world.zone(peer).latency = () => ({ beforeMs: scenario.config.escape.probeDeadlineMs, afterMs: 0 });
    await scenario.whileWorking(async () => {
      const slow = await round(scenario);
      expect(slow).toMatchObject({ protected: 0, failed: 2 });
      expect(slow.problems.map(({ code }) => code)).toEqual(['StoreDown', 'StoreDown']);
      expect(world.ledger.of(home, 'flink triggerSavepoint')).toEqual([]);
      expect(world.ledger.of(home, 'store openRead')).toEqual([]);
      world.zone(peer).latency = () => ({ beforeMs: 0, afterMs: 0 });
      await expectIntact(scenario, [1, 1]);
      expect(await round(scenario)).toMatchObject({ protected: 2 });
      await expectIntact(scenario, [2, 2]);
    });
  });

  test('a JobManager that fails over while it takes the savepoint, before and after it is written', async () => {
    const scenario = await staged('faults-failover');
    const { world } = scenario;
    await scenario.whileWorking(async () => {
      world.savepoints.faults.set('default/p1-1', 'lost');
      const lost = await round(scenario);
      expect(lost).toMatchObject({ protected: 1, failed: 1 });
      expect(lost.problems[0]).toMatchObject({ code: 'SavepointFailed' });
      await expectIntact(scenario, [2, 1]);
      world.savepoints.faults.set('default/p1-1', 'forgotten');
      expect(await round(scenario)).toMatchObject({ protected: 2 });
    });
    const { home } = scenario;
    world.zone(home).dead = true;
    const report = scenario.report(await scenario.whileWorking(() => scenario.escape()));
    expect(report.totals).toMatchObject({ running: 2, left: 0, failed: 0 });
  });

  test('a store that refuses from the middle of a shipment on, and before a savepoint is written', async () => {
    const scenario = await staged('faults-refusing');
    const { world, home, peer } = scenario;
    let files = 0;
    const kept = [1, 1];
    // The savepoint could be there before the shipment has come so far.
    const letSavepointBegin = world.zone(home).hold('flink triggerSavepoint');
    world.ledger.onNote(({ zone, kind }) => {
      if (zone !== peer || kind !== 'store writeStream' || ++files !== 2) return;
      world.zone(peer).storeRefuses = true;
      letSavepointBegin();
    });
    await scenario.whileWorking(async () => {
      const refused = await round(scenario);
      expect(refused).toMatchObject({ protected: 0, failed: 2 });
      expect(files).toBeGreaterThanOrEqual(2);
      world.zone(peer).storeRefuses = false;
      await expectIntact(scenario, [1, 1]);
      const there = new Set(world.store(peer).keys('snapshots/default/p1-0'));
      world.ledger.clear();
      // What announced the round that failed could not be taken away, and counts for a minute.
      let mended: Awaited<ReturnType<typeof round>>;
      do {
        mended = await round(scenario);
        const late = mended.problems.filter(({ code }) => code === 'RoundUnderWay').map(({ name }) => name);
        for (const [index, { name }] of fleet.entries()) if (!late.includes(name)) kept[index]! += 1;
      } while (mended.problems.some(({ code }) => code === 'RoundUnderWay'));
      expect(mended).toMatchObject({ protected: 2 });
      const again = world.ledger.of(peer, 'store writeStream').filter(({ object }) => there.has(object));
      expect(again, 'what had arrived is not sent again').toEqual([]);
    });
    await expectIntact(scenario, kept);
  });

  test('a home store that loses a file of each checkpoint while it is copied', async () => {
    const scenario = await staged('faults-file-lost');
    const { world, home } = scenario;
    const files = world.flinkFiles(home);
    let losing = true;
    world.ledger.onNote(({ zone, kind, object }) => {
      if (losing && zone === home && kind === 'store openRead' && object.includes('/chk-'))
        files.objects.delete(object);
    });
    await scenario.whileWorking(async () => {
      const lost = await round(scenario);
      expect(lost).toMatchObject({ protected: 1, failed: 1 });
      expect(lost.problems[0]).toMatchObject({ name: 'p1-0', code: 'CheckpointGone' });
      await expectIntact(scenario, [1, 2]);
      losing = false;
      expect(await round(scenario)).toMatchObject({ protected: 2 });
    });
    await expectIntact(scenario, [2, 3]);
  });

  test('a second protector, of another process, at the same moment', async () => {
    const scenario = await staged('faults-two');
    const { world, home } = scenario;
    const other = new MortalWorld(world);
    const pulse = stagePulse(world);
    const kept: number[] = [];
    for (const { namespace, name } of fleet) {
      const request = (id: string) => ({ zone: home, round: id, namespace, name });
      const both = await Promise.all([
        protectJob(world, request('by schedule'), pulse),
        protectJob(other, request('by hand'), pulse),
      ]);
      // Whoever came a moment later is refused, or has waited for the other's end.
      const second = both.find(({ outcome }) => outcome !== 'protected');
      if (second) expect(second).toMatchObject({ outcome: 'refused', code: 'RoundUnderWay' });
      kept.push(1 + new Set(both.flatMap(({ recoveryPoint }) => recoveryPoint ?? [])).size);
    }
    expect(Math.min(...kept)).toBe(2);
    await expectIntact(scenario, kept);
    world.zone(home).dead = true;
    const report = scenario.report(await scenario.whileWorking(() => scenario.escape()));
    expect(report.totals).toMatchObject({ running: 2, left: 0, failed: 0 });
  });
});
