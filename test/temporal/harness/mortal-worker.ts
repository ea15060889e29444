/** A worker beside a scenario that can be killed at any request. */
import { NativeConnection } from '@temporalio/worker';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { activityPulse } from '../../../activities/shared/pulse.ts';
import { createWorker } from '../../../worker/run-worker.ts';
import { MortalWorld } from '../../../simulation/world/mortal-world.ts';
import type { Scenario } from './scenario.ts';
import { waitUntil } from '../../simulation/harness/wait-until.ts';

/** A worker that is killed with its world; `bury` frees what is left of it. */
export async function startMortalWorker(
  env: TestWorkflowEnvironment,
  scenario: Scenario,
): Promise<{ mortal: MortalWorld; bury(): Promise<void> }> {
  const mortal = new MortalWorld(scenario.world);
  const connection = await NativeConnection.connect({ address: env.address });
  const worker = await createWorker(connection, 'default', scenario.config, mortal, () =>
    mortal.pulse(scenario.world.clock.quicken(activityPulse())),
  );
  const run = worker.run();
  const bury = async (): Promise<void> => {
    if (worker.getState() === 'RUNNING') worker.shutdown();
    mortal.bury();
    await run;
    await connection.close();
  };
  // A dead process polls no more; what it was at hangs until it is buried.
  void waitUntil('the worker is killed', () => mortal.dead, 120_000).then(
    () => worker.shutdown(),
    () => {},
  );
  return { mortal, bury };
}
