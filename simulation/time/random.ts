/** Chance of one seed. Everything in a run happens in one order, so a plain sequence replays. */
import { draw } from '../shared/draw.ts';

export class Random {
  #state: number;

  /** Distinct purposes of one seed are sequences of their own: more draws for one change nothing for another. */
  constructor(seed: number, purpose: string) {
    this.#state = Math.floor(draw(seed, purpose) * 2 ** 32);
  }

  /** From 0 inclusive to 1 exclusive (mulberry32). */
  next(): number {
    this.#state = (this.#state + 0x6d2b_79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number within both bounds. */
  between(least: number, most: number): number {
    return Math.floor(least + this.next() * (most - least + 1));
  }

  chance(share: number): boolean {
    return this.next() < share;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.between(0, list.length - 1)]!;
  }
}
