/** The way into a zone: every request passes here, is counted, and meets the zone's troubles. */
import { setTimeout as delay } from 'node:timers/promises';
import { OutsideFailure } from '../../adapters/failure.ts';
import { orAborted } from '../../adapters/or-aborted.ts';
import { draw } from '../shared/draw.ts';
import type { Jitter, Latency } from './jitter.ts';
import type { Ledger } from './ledger.ts';
import type { Part, Way } from '../shared/way.ts';

export class SimulatedZone implements Way {
  readonly name: string;
  /** Power, network and all are gone. */
  dead = false;
  /** The store refuses every call. */
  storeRefuses = false;
  /** Share of calls to API server and store that end badly, half of them after they took effect. */
  troubleShare = 0;
  /** How long a dead zone keeps a caller waiting; real time, as nothing in it depends on the world's clock. */
  silenceMs = 30;
  /** Of each request. */
  latency: () => Latency = () => ({ beforeMs: 0, afterMs: 0 });
  readonly #ledger: Ledger;
  readonly #seed: number;
  readonly #jitter: Jitter;
  readonly #calls = new Map<string, number>();
  readonly #holds: { kind: string; until: Promise<void> }[] = [];

  constructor(name: string, ledger: Ledger, seed: number, jitter: Jitter) {
    this.name = name;
    this.#ledger = ledger;
    this.#seed = seed;
    this.#jitter = jitter;
  }

  /** Keeps calls of one kind waiting until the returned function is called. */
  hold(kind: string): () => void {
    const { promise: until, resolve } = Promise.withResolvers<void>();
    const hold = { kind, until };
    this.#holds.push(hold);
    return () => {
      this.#holds.splice(this.#holds.indexOf(hold), 1);
      resolve();
    };
  }

  /** One request. `effect` runs at once and whole, as the other side would do it. */
  async request<T>(
    part: Part,
    operation: string,
    object: string,
    signal: AbortSignal | undefined,
    effect: () => T,
  ): Promise<T> {
    const kind = `${part} ${operation}`;
    this.#ledger.note({ zone: this.name, kind, object });
    signal?.throwIfAborted();
    // A test that fails before it lets a call go on must end all the same: its worker waits for the call.
    for (const hold of this.#holds.filter((one) => one.kind === kind)) await orAborted(hold.until, signal);
    const latency = this.latency();
    const jitter = this.#jitter(this.name, kind, object);
    const beforeMs = latency.beforeMs + jitter.beforeMs;
    const afterMs = latency.afterMs + jitter.afterMs;
    await this.#pass(this.dead ? this.silenceMs : beforeMs, part, signal);
    const fail = (failureClass: 'Unreachable' | 'Unavailable' | 'Throttled', why: string) =>
      new OutsideFailure(
        failureClass,
        `${part} ${this.name}`,
        `${part} ${this.name}: ${operation} of ${object} ${why}.`,
      );
    if (this.dead) throw fail('Unreachable', 'got no answer');
    if (part === 'store' && this.storeRefuses) throw fail('Unavailable', 'was refused (503 Service Unavailable)');
    const trouble = this.#trouble(part, `${kind} ${object}`);
    if (trouble < 0.25) throw fail('Throttled', 'was refused (429 Too Many Requests)');
    if (trouble < 0.5) throw fail('Unavailable', 'was refused (500 etcd has no leader)');
    const answer = effect();
    if (afterMs > 0) await this.#pass(afterMs, part, signal);
    if (trouble < 1 || this.dead) throw fail('Unreachable', 'broke off before its answer');
    return answer;
  }

  /** A call that its signal ends fails as the adapters' do: of stores a passed deadline is the store's failure. */
  async #pass(ms: number, part: Part, signal: AbortSignal | undefined): Promise<void> {
    try {
      await delay(ms, undefined, signal ? { signal } : {});
    } catch (error) {
      const reason: unknown = signal?.reason ?? error;
      if (part !== 'store' || !(reason instanceof Error) || reason.name !== 'TimeoutError') throw reason;
      const sentence = `${part} ${this.name}: no answer within the deadline.`;
      throw new OutsideFailure('Unreachable', `${part} ${this.name}`, sentence);
    }
  }

  /** Below 1 for the share of calls that meets trouble. Flink's own troubles are those of its jobs. */
  #trouble(part: Part, call: string): number {
    if (this.troubleShare === 0 || part === 'flink') return 1;
    const times = (this.#calls.get(call) ?? 0) + 1;
    this.#calls.set(call, times);
    return draw(this.#seed, 'trouble', this.name, call, times) / this.troubleShare;
  }
}
