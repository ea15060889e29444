/** What whoever waits for a round sees of it meanwhile. */
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { annotations } from '../../model/job/marks.ts';
import type { RoundProgress } from '../../model/protect/round-progress.ts';
import { protectZone } from '../../client/client.ts';
import { deploy, fleetOf, userDeployment } from '../simulation/harness/fleet.ts';
import { Scenario } from './harness/scenario.ts';
import { startServer } from './harness/server.ts';
import { waitUntil } from '../simulation/harness/wait-until.ts';

let env: TestWorkflowEnvironment;
beforeAll(async () => {
  env = await startServer();
});
afterAll(() => env.teardown());

test('a round tells what each job is at, and how much of its checkpoint is copied', async () => {
  const fleet = fleetOf({ P1: 2 });
  const scenario = new Scenario(env, 'progress');
  const { world, home, peer, config } = scenario;
  world.checkpoints.jobs.add('default/p1-0');
  await deploy(world, home, fleet);
  const shipped = userDeployment(fleet[0]!, 'P1');
  shipped.metadata.annotations = { [annotations.mode]: 'ship' };
  await world.cluster(home).applyDeployment(shipped);
  const [first, second] = fleet.map(({ name }) => world.operator(home).runs.get(`default/${name}`)!);
  await waitUntil('a checkpoint to ship', () => first!.checkpointsAt(world.now()).latestCompleted !== undefined);
  // Long enough to be seen, and ended by Flink after a while.
  world.savepoints.faults.set('default/p1-1', 'hangs');
  second!.checkpointTimeoutMs = 200_000;
  config.tiers.P1.savepointTimeoutMs = 600_000;
  const copying = world.zone(peer).hold('store writeStream');
  const renewing = world.zone(peer).hold('kubernetes apply');

  let underWay: RoundProgress[] = [];
  const stageOf = (name: string) => underWay.find(({ job }) => job === `default/${name}`);
  await scenario.whileWorking(async () => {
    const round = protectZone(scenario.client, config, { zone: home }, (_, seen) => void (underWay = seen));
    await waitUntil(
      'the copying is told',
      () => stageOf('p1-0')?.stage === 'copying' && stageOf('p1-0')!.bytes!.done > 0,
    );
    const { files, bytes } = stageOf('p1-0')!;
    expect(files).toEqual({ done: 0, total: 5 });
    expect(bytes!.done).toBeLessThan(bytes!.total);
    expect(bytes!.total).toBeGreaterThan(8_000);
    await waitUntil('the savepoint is told', () => stageOf('p1-1')?.stage === 'savepoint');
    copying();
    await waitUntil('the standby is told', () => stageOf('p1-0')?.stage === 'standby');
    renewing();
    expect((await round).summary).toMatchObject({ protected: 1, failed: 1 });
  });
});
