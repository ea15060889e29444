/**
 * Notices a transfer that stands still, or moves so little that it might as well. What counts is the time spent waiting
 * for that one side: a store that is fast is not blamed for the slow one at the other end of a copy, nor for a budget
 * that holds files back, and a large file may take as long as it needs. A client's own time-out for a silent
 * connection knows none of this.
 */
import type { Readable } from 'node:stream';
import { after, type Clock } from '../clock.ts';

/** How much patience there is with one side of a transfer. */
export interface Patience {
  /** Without a byte. */
  silenceMs: number;
  /** Less than this, in every `overMs` spent waiting, is a trickle. */
  leastBytesPerSecond: number;
  overMs: number;
}

/**
 * The pace is that of one connection of many: the 64 of a machine with eight cores that copies all it can need a link of
 * 4 MB a second. The silence is long because of what a sender sees of a slow link: the system takes up to 4 MB for a
 * connection at once, and then nothing until a third of it has left.
 */
export const patience: Patience = { silenceMs: 60_000, leastBytesPerSecond: 64 << 10, overMs: 60_000 };

/** Why a transfer was given up: words to go behind the name of a call. */
export class Stalled extends Error {
  override readonly name = 'Stalled';
}

/** Watches one side of one transfer; dispose it at the end. */
export class StallWatch {
  readonly #clock: Clock;
  readonly #stalled: (why: Stalled) => void;
  readonly #patience: Patience;
  #waitingSinceMs: number | undefined;
  /** Since the pace was looked at last. */
  #waitedMs = 0;
  #movedBytes = 0;
  #silence: Disposable | undefined;
  #isOver = false;

  /** `stalled` is called when patience is at its end, and should end the transfer. */
  constructor(clock: Clock, stalled: (why: Stalled) => void, limits: Patience = patience) {
    this.#clock = clock;
    this.#stalled = stalled;
    this.#patience = limits;
  }

  /** From now on it is up to that side. */
  waits(): void {
    this.#waitingSinceMs = this.#clock.now();
    if (!this.#isOver) this.#silence ??= this.#lookAfter(this.#patience.silenceMs);
  }

  /** One look goes on to the next: thousands of pieces a second need no timer each. */
  #lookAfter(ms: number): Disposable {
    return after(this.#clock, ms, () => {
      this.#silence = undefined;
      if (this.#waitingSinceMs === undefined) return;
      const { silenceMs } = this.#patience;
      const leftMs = this.#waitingSinceMs + silenceMs - this.#clock.now();
      if (leftMs > 0) this.#silence = this.#lookAfter(leftMs);
      else this.#giveUp(`nothing moved for ${silenceMs / 1000} s`);
    });
  }

  /** That side took or gave so many bytes; what comes next is not up to it. */
  moved(bytes: number): void {
    if (this.#waitingSinceMs !== undefined) this.#waitedMs += this.#clock.now() - this.#waitingSinceMs;
    this.#waitingSinceMs = undefined;
    this.#movedBytes += bytes;
    const { overMs, leastBytesPerSecond } = this.#patience;
    if (this.#waitedMs < overMs) return;
    if (this.#movedBytes < (leastBytesPerSecond * this.#waitedMs) / 1000) {
      this.#giveUp(`only ${this.#movedBytes} bytes moved in ${Math.round(this.#waitedMs / 1000)} s`);
    }
    this.#waitedMs = 0;
    this.#movedBytes = 0;
  }

  [Symbol.dispose](): void {
    this.#isOver = true;
    this.#silence?.[Symbol.dispose]();
  }

  #giveUp(what: string): void {
    this.#stalled(new Stalled(`stalled: ${what}`));
  }
}

/** The same bytes; breaks with `Stalled` when they come too slowly. Leaving it early destroys the body. */
export async function* unstalled(clock: Clock, body: Readable, limits: Patience = patience): AsyncIterable<Uint8Array> {
  using watch = new StallWatch(clock, (why) => body.destroy(why), limits);
  watch.waits();
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    watch.moved(chunk.length);
    yield chunk;
    watch.waits();
  }
}

/** The same bytes, for a receiver that asks for the next ones, or for the end, when it has taken the last ones. */
export async function* watchedOut(
  body: AsyncIterable<Uint8Array>,
  watch: Pick<StallWatch, 'waits' | 'moved'>,
): AsyncIterable<Uint8Array> {
  for await (const chunk of body) {
    watch.waits();
    yield chunk;
    watch.moved(chunk.length);
  }
  watch.waits();
}
