/** Checkpoints one by one as a test asks for them: however slow the machine, neighbours share files. */
import type { SimulatedRun } from '../../../simulation/flink/simulated-run.ts';
import type { SimulatedWorld } from '../../../simulation/world/simulated-world.ts';
import { waitUntil } from './wait-until.ts';

/** From its first completed checkpoint on, the run has a new one each time that the result is called, and only then. */
export async function stepCheckpoints(world: SimulatedWorld, run: SimulatedRun): Promise<() => void> {
  const free = run.checkpointsAt.bind(run);
  await waitUntil('a checkpoint', () => free(world.now()).latestCompleted !== undefined);
  const statistics = free(world.now());
  const first = statistics.latestCompleted!;
  let steps = 0;
  run.checkpointsAt = () => {
    const id = first.id + steps;
    const externalPath = first.externalPath!.replace(/chk-\d+$/, `chk-${id}`);
    const triggerTimestampMs = first.triggerTimestampMs + steps * 1_000;
    return { ...statistics, latestCompleted: { ...first, id, externalPath, triggerTimestampMs } };
  };
  return () => void (steps += 1);
}
