/** Jobs whose old recovery points are to go, and what must be left of them. */
import { expect } from 'vitest';
import { annotations } from '../../../model/job/marks.ts';
import { storeKeys } from '../../../model/store-keys.ts';
import { deploy, fleetOf, userDeployment } from './fleet.ts';
import { recoveryPointsOf } from './recovery-points.ts';
import { SimulatedStage } from './simulated-stage.ts';
import { waitUntil } from './wait-until.ts';

/** Every object of the job in the peer's store is one that a manifest names, or a manifest. */
export function expectNoGarbage(scenario: SimulatedStage, name: string): void {
  const store = scenario.world.store(scenario.peer);
  const job = { namespace: 'default', name };
  const manifests = recoveryPointsOf(scenario, name);
  const needed = new Set(manifests.flatMap(({ files }) => files.map(({ key }) => key)));
  expect(store.keys(`snapshots/default/${name}`).filter((key) => !needed.has(key))).toEqual([]);
  const notes = [storeKeys.lastRoundKey(job), storeKeys.pointIndexKey(job)];
  const besides = store.keys(storeKeys.recoveryPointsPrefix(job)).filter((key) => !notes.includes(key));
  expect(besides).toHaveLength(manifests.length);
  for (const marks of ['making', 'deleting', 'at-work']) expect(store.keys(marks)).toEqual([]);
}

/** These jobs, running and not yet protected; those of `ship` in that mode, with a checkpoint. */
export async function staged(
  name: string,
  counts: Parameters<typeof fleetOf>[0],
  ship: string[] = [],
): Promise<SimulatedStage> {
  const scenario = new SimulatedStage(name);
  for (const key of ship) scenario.world.checkpoints.jobs.add(`default/${key}`);
  await deploy(scenario.world, scenario.home, fleetOf(counts));
  for (const one of ship) {
    const deployment = userDeployment({ namespace: 'default', name: one }, 'P1');
    deployment.metadata.annotations = { [annotations.mode]: 'ship' };
    await scenario.world.cluster(scenario.home).applyDeployment(deployment);
    await nextCheckpoint(scenario, one);
  }
  return scenario;
}

/** Waits until the job has a checkpoint more. */
export async function nextCheckpoint({ world, home }: SimulatedStage, name: string): Promise<void> {
  const run = world.operator(home).runs.get(`default/${name}`)!;
  const newest = () => run.checkpointsAt(world.now()).latestCompleted?.id ?? 0;
  const before = newest();
  await waitUntil('the next checkpoint', () => newest() > before);
}
