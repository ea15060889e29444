/** Runs a verb over and over, its process killed at each of its requests in turn, and repeats it as Temporal would. */
import { setImmediate } from 'node:timers/promises';
import type { FakeZones } from './fake-zones.ts';
import { Killed, type Effect } from './wire.ts';

/** More requests than any verb makes. */
const mostRequests = 200;

/**
 * For each request of `act`, once with and once without its effect: sets a stage, kills the process there, repeats `act`
 * and hands what came of it to `check`.
 */
export async function repeatedAfterEachKill<S extends { zones: FakeZones }, T>(
  setStage: () => Promise<S>,
  act: (stage: S) => Promise<T>,
  check: (result: T, stage: S, killedAt: string) => void | Promise<void>,
): Promise<number> {
  for (const effect of ['has no effect', 'takes effect'] satisfies Effect[]) {
    for (let nth = 1; ; nth += 1) {
      if (nth > mostRequests) throw new Error(`it makes more than ${mostRequests} requests`);
      const stage = await setStage();
      const { wire } = stage.zones;
      wire.killAt(nth, effect);
      const isKilled = await act(stage).then(
        () => false,
        (error: unknown) => {
          if (error instanceof Killed) return true;
          throw error;
        },
      );
      if (!isKilled) {
        if (effect === 'takes effect') return nth - 1;
        break;
      }
      const killedAt = `${wire.requests.at(-1)}, which ${effect}`;
      // What the dead process had begun beside that request ends with it.
      await setImmediate();
      wire.restart();
      try {
        await check(await act(stage), stage, killedAt);
      } catch (error) {
        throw new Error(`after a kill at request ${nth}: ${killedAt}`, { cause: error });
      }
    }
  }
  return 0;
}
