/**
 * A worker's view of the world that can be killed. From then on each of its calls hangs, whether it had taken effect
 * or not, and no sign of life gets out: as when the process is gone, though Temporal's client lives on in the test.
 */
import type { FlinkJobManager } from '../../adapters/flink/port.ts';
import { ProcessMemory } from '../../adapters/process-memory.ts';
import type { Pulse, Ports } from '../../adapters/ports.ts';
import type { LedgerEntry } from './ledger.ts';
import type { SimulatedWorld } from './simulated-world.ts';

export class MortalWorld implements Ports {
  readonly config;
  readonly log;
  /** A process of its own: what its activities keep, such as the places of a budget, dies with it. */
  readonly memory = new ProcessMemory();
  readonly now;
  readonly timeout;
  readonly sleep;
  readonly flink;
  readonly #world: SimulatedWorld;
  readonly #end = Promise.withResolvers<never>();
  #dead = false;

  readonly #request: <T>(call: () => T) => T;

  /** `request` surrounds each call that reaches the world. */
  constructor(world: SimulatedWorld, request: <T>(call: () => T) => T = (call) => call()) {
    this.#world = world;
    this.#request = request;
    this.config = world.config;
    this.log = world.log;
    this.now = world.now;
    this.timeout = world.timeout;
    this.sleep = world.sleep;
    this.flink = {
      jobManager: (zone: string, job: { namespace: string; name: string }): FlinkJobManager =>
        this.#mortal(world.flink.jobManager(zone, job)),
    };
    // Unless somebody hangs on it, the end is no news.
    this.#end.promise.catch(() => {});
  }

  get dead(): boolean {
    return this.#dead;
  }

  /** Kills it when the world has seen so many requests that match. */
  killAt(requests: number, matches: (entry: LedgerEntry) => boolean): void {
    let seen = 0;
    this.#world.ledger.onNote((entry) => {
      if (matches(entry) && ++seen === requests) this.kill();
    });
  }

  kill(): void {
    this.#dead = true;
  }

  /** Lets go of the calls that hang, so that the test's process can end. */
  bury(): void {
    this.#end.reject(new Error('this worker was killed'));
  }

  cluster(zone: string) {
    return this.#mortal(this.#world.cluster(zone));
  }

  store(zone: string, name: string) {
    return this.#mortal(this.#world.store(zone, name));
  }

  flinkFiles(zone: string) {
    return this.#mortal(this.#world.flinkFiles(zone));
  }

  /** The activity's pulse, which stops with the world. */
  pulse(alive: Pulse): Pulse {
    return {
      ...alive,
      beat: (details) => {
        if (!this.#dead) alive.beat(details);
      },
      sleep: async (ms) => {
        await alive.sleep(ms);
        if (this.#dead) await this.#end.promise;
      },
    };
  }

  /** The same object, its methods dying with the world: before they act, or before their answer arrives. */
  #mortal<T extends object>(target: T): T {
    return new Proxy(target, {
      get: (of, name) => {
        const member: unknown = Reflect.get(of, name, of);
        if (typeof member !== 'function') return member;
        const method = member.bind(of) as (...args: unknown[]) => unknown;
        return name === 'list' ? this.#listing(method) : this.#calling(method);
      },
    });
  }

  #calling(method: (...args: unknown[]) => unknown) {
    return async (...args: unknown[]): Promise<unknown> => {
      if (this.#dead) return this.#end.promise;
      const settled = await Promise.allSettled([this.#request(() => method(...args))]);
      if (this.#dead) return this.#end.promise;
      if (settled[0].status === 'rejected') throw settled[0].reason;
      return settled[0].value;
    };
  }

  #listing(method: (...args: unknown[]) => unknown) {
    const ended = async (): Promise<void> => {
      if (this.#dead) await this.#end.promise;
    };
    return async function* (...args: unknown[]): AsyncIterable<unknown> {
      await ended();
      yield* method(...args) as AsyncIterable<unknown>;
      await ended();
    };
  }
}
