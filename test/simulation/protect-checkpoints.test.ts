/** Savepoints beside what the job writes by itself: running checkpoints, savepoints that hang, the job's own time-out. */
import { describe, expect, test } from 'vitest';
import { damageOf } from '../../jobs/recovery-points/recovery-points.ts';
import { protectJob } from '../../activities/protect/protect-job.ts';
import type { ProtectResult } from '../../model/results/protect.ts';
import { manifestSchema } from '../../model/recovery/manifest.ts';
import { deploy, fleetOf, protectAll, stagePulse } from './harness/fleet.ts';
import { twoZones } from './harness/two-zones.ts';
import { waitUntil } from './harness/wait-until.ts';
import type { SimulatedRun } from '../../simulation/flink/simulated-run.ts';
import { SimulatedWorld } from '../../simulation/world/simulated-world.ts';

const [job] = fleetOf({ P1: 1 });

async function staged(name: string) {
  const { config, home, peer } = twoZones(name);
  const world = new SimulatedWorld(config, { seed: 11, speed: 40 });
  await deploy(world, home, [job!]);
  const run = world.operator(home).runs.get('default/p1-0')!;
  const protect = (round: string): Promise<ProtectResult> =>
    protectJob(world, { zone: home, round, namespace: 'default', name: 'p1-0' }, stagePulse(world));
  return { config, world, home, peer, run, protect };
}

const isBusy = (world: SimulatedWorld, run: SimulatedRun) => run.checkpointsAt(world.now()).counts.inProgress > 0;

describe.concurrent('a savepoint', () => {
  test('waits until the running checkpoint has ended', async () => {
    const { world, run, protect } = await staged('checkpoint-runs');
    const told: number[] = [];
    const answer = run.checkpointsAt.bind(run);
    run.checkpointsAt = (nowMs) => {
      const { counts, ...rest } = answer(nowMs);
      const inProgress = told.length < 3 ? 1 : 0;
      told.push(inProgress);
      return { ...rest, counts: { ...counts, inProgress } };
    };
    let toldBefore: number[] = [];
    world.ledger.onNote(({ kind }) => {
      if (kind === 'flink triggerSavepoint') toldBefore = [...told];
    });
    expect(await protect('1')).toMatchObject({ outcome: 'protected' });
    expect(toldBefore).toEqual([1, 1, 1, 0]);
  });

  test('is asked for after a while of checkpoints that never pause', async () => {
    const { config, world, run, protect } = await staged('checkpoints-never-pause');
    run.checkpointTakesMs = 25_000;
    await waitUntil('a checkpoint runs', () => isBusy(world, run));
    let [askedMs, triggeredMs] = [0, 0];
    world.ledger.onNote(({ kind }) => {
      if (kind === 'flink checkpoints') askedMs ||= world.now();
      if (kind === 'flink triggerSavepoint') triggeredMs = world.now();
    });
    expect(await protect('1')).toMatchObject({ outcome: 'protected' });
    expect(triggeredMs - askedMs).toBeGreaterThanOrEqual(config.protect.checkpointWaitMs);
  });

  test('is not asked for beside one that hangs, and is when Flink has given that one up', async () => {
    const { world, home, peer, run, protect } = await staged('savepoint-hangs');
    await protectAll(world, home, [job!], 'before');
    run.checkpointTimeoutMs = 120_000;
    world.savepoints.faults.set('default/p1-0', 'hangs');
    const hung = await protect('1');
    expect(hung).toMatchObject({ outcome: 'failed', code: 'SavepointFailed' });
    expect(hung.sentence).toContain('no savepoint within 30 s');
    expect(hung.sentence).toContain('Flink goes on with it until the job’s execution.checkpointing.timeout of 120 s');
    const beside = await protect('2');
    expect(beside).toMatchObject({ outcome: 'failed', code: 'SavepointFailed' });
    expect(beside.sentence).toContain('Flink still writes a savepoint that was begun at');
    expect(world.savepoints.triggered).toHaveLength(2);
    const keys = world.store(peer).keys('recovery-points/default/p1-0');
    const [key, ...others] = keys.filter((one) => one.endsWith('/manifest.json'));
    expect(others).toEqual([]);
    const text = new TextDecoder().decode(world.store(peer).objects.get(key!)!.bytes);
    expect(await damageOf(world.store(peer), manifestSchema.parse(JSON.parse(text)))).toBeUndefined();

    world.savepoints.faults.clear();
    await waitUntil('Flink gives it up', () => run.savepointsUnderWay.size === 0);
    expect(await protect('3')).toMatchObject({ outcome: 'protected' });
  });

  test('that the job’s own time-out ends is told so', async () => {
    const { world, run, protect } = await staged('savepoint-expires');
    run.checkpointTimeoutMs = 10_000;
    world.savepoints.faults.set('default/p1-0', 'hangs');
    const result = await protect('1');
    expect(result).toMatchObject({ outcome: 'failed', code: 'SavepointFailed' });
    expect(result.sentence).toContain('Checkpoint expired before completing');
    expect(result.sentence).toContain('execution.checkpointing.timeout of 10 s ended it before the 30 s of savepointT');
  });
});
