/** A worker that is killed at one of its requests, for tests of what its successor makes of that. */
import { ProcessMemory } from '../../../adapters/process-memory.ts';
import type { Ports } from '../../../adapters/ports.ts';
import type { SimulatedWorld } from '../../../simulation/world/simulated-world.ts';

class Killed extends Error {}

export interface Kill {
  /** Which request is the last. */
  at: number;
  takesEffect: boolean;
}

/** A worker's view of the world that dies at a request, before or right after that takes effect. */
export function mortal(kill: Kill | undefined) {
  let requests = 0;
  const dying = <T extends object>(target: T): T =>
    new Proxy(target, {
      get(of, name) {
        const member: unknown = Reflect.get(of, name, of);
        if (typeof member !== 'function') return member;
        const call = member.bind(of) as (...args: unknown[]) => unknown;
        const request = async <R>(effect: () => R | Promise<R>): Promise<R> => {
          const dies = requests++ === kill?.at;
          if (dies && !kill!.takesEffect) throw new Killed();
          const answer = await effect();
          if (dies) throw new Killed();
          return answer;
        };
        if (name !== 'list') return (...args: unknown[]) => request(() => call(...args));
        return async function* (...args: unknown[]) {
          yield* await request(() => call(...args) as AsyncIterable<unknown>);
        };
      },
    });
  const view = (world: SimulatedWorld): Ports => ({
    config: world.config,
    flink: world.flink,
    log: world.log,
    now: world.now,
    timeout: world.timeout,
    sleep: world.sleep,
    memory: new ProcessMemory(),
    cluster: (zone) => dying(world.cluster(zone)),
    store: (zone, name) => dying(world.store(zone, name)),
    flinkFiles: (zone) => dying(world.flinkFiles(zone)),
  });
  return { view, dying, requests: () => requests };
}

export async function expectKilled(act: Promise<unknown>): Promise<boolean> {
  const error = await act.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error !== undefined && !(error instanceof Killed)) throw error;
  return error !== undefined;
}

/** Both ways to die at each of so many requests. */
export const deaths = (requests: number): Kill[] =>
  Array.from({ length: requests }, (_, at) => [false, true].map((takesEffect) => ({ at, takesEffect }))).flat();
