/**
 * The wire between one process and the zones: it keeps a line for each request, and a test may have any of them fail,
 * kill the process, or let somebody else act first.
 */
import { OutsideFailure, type FailureClass } from '../../adapters/failure.ts';
import type { Way } from '../../simulation/shared/way.ts';

/** What a killed process meets at each request. It is no failure of the outside, so nothing handles it. */
export class Killed extends Error {
  override readonly name = 'Killed';
}

/** A request takes effect although its caller hears of a failure, or hears nothing any more. */
export type Effect = 'takes effect' | 'has no effect';

interface Trouble {
  /** Part of the request's line. */
  of: string;
  times: number;
  failureClass: FailureClass;
  effect: Effect;
}

export class Wire {
  /** Such as `az-b kubernetes patch default/orders`, in order. */
  readonly requests: string[] = [];
  /** Zones that give no answer. */
  readonly down = new Set<string>();
  #troubles: Trouble[] = [];
  #intrusions: { of: string; act: () => unknown }[] = [];
  #kill: { at: number; effect: Effect } | undefined;
  #isDead = false;

  /** The next requests whose lines contain `of` fail, `times` of them; one unless said. */
  fail(of: string, failureClass: FailureClass, { times = 1, effect = 'has no effect' as Effect } = {}): void {
    this.#troubles.push({ of, times, failureClass, effect });
  }

  /** Something happens right before the next request whose line contains `of`. */
  before(of: string, act: () => unknown): void {
    this.#intrusions.push({ of, act });
  }

  /** The process dies at its nth request from now, counted from 1. */
  killAt(nth: number, effect: Effect): void {
    this.#kill = { at: this.requests.length + nth, effect };
  }

  /** Another process takes its place. */
  restart(): void {
    this.#kill = undefined;
    this.#isDead = false;
  }

  /** Those to one zone whose lines contain all of these words. */
  to(zone: string, ...words: string[]): string[] {
    return this.requests.filter((line) => line.startsWith(`${zone} `) && words.every((word) => line.includes(word)));
  }

  wayTo(zone: string): Way {
    return {
      name: zone,
      request: async (part, operation, object, signal, effect) => {
        signal?.throwIfAborted();
        if (this.#isDead) throw new Killed();
        const line = `${zone} ${part} ${operation} ${object}`;
        this.requests.push(line);
        const kill = this.#kill?.at === this.requests.length ? this.#kill : undefined;
        if (kill) this.#isDead = true;
        if (kill?.effect === 'has no effect') throw new Killed();
        await this.#intrude(line);
        if (this.down.has(zone)) throw failure('Unreachable', zone, line);
        const trouble = this.#troubles.find((one) => one.times > 0 && line.includes(one.of));
        if (trouble) trouble.times -= 1;
        if (trouble?.effect === 'has no effect') throw failure(trouble.failureClass, zone, line);
        const answer = effect();
        if (kill) throw new Killed();
        if (trouble) throw failure(trouble.failureClass, zone, line);
        return answer;
      },
    };
  }

  async #intrude(line: string): Promise<void> {
    const found = this.#intrusions.find(({ of }) => line.includes(of));
    if (!found) return;
    this.#intrusions = this.#intrusions.filter((one) => one !== found);
    await found.act();
  }
}

function failure(failureClass: FailureClass, zone: string, line: string): OutsideFailure {
  return new OutsideFailure(failureClass, zone, `${line} failed: ${failureClass}.`);
}
