/** A clock that stands still while anybody works, and goes on to the next sleeper when nobody does. */
import type { Clock } from '../../adapters/clock.ts';

interface Due {
  dueMs: number;
  /** A deadline is passed only on the way to a sleeper: else it would be passed by whoever does nothing. */
  isDeadline: boolean;
  act: () => void;
}

export class ManualClock implements Clock {
  nowMs = Date.parse('2026-11-21T03:00:00Z');
  #due: Due[] = [];
  #isWaiting = false;

  readonly now = (): number => this.nowMs;

  readonly timeout = (ms: number): AbortSignal => {
    const deadline = new AbortController();
    const act = () => deadline.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError'));
    this.#due.push({ dueMs: this.nowMs + ms, isDeadline: true, act });
    return deadline.signal;
  };

  readonly sleep = (ms: number, signal?: AbortSignal): Promise<void> => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const sleeper = { dueMs: this.nowMs + ms, isDeadline: false, act: resolve };
    this.#due.push(sleeper);
    const leave = () => {
      this.#due = this.#due.filter((one) => one !== sleeper);
      reject(signal?.reason as Error);
    };
    if (signal?.aborted) leave();
    signal?.addEventListener('abort', leave, { once: true });
    this.#wait();
    return promise;
  };

  /** Nothing here waits for the outside, so whoever can work has done so by the next turn of the event loop. */
  #wait(): void {
    if (this.#isWaiting || this.#due.every(({ isDeadline }) => isDeadline)) return;
    this.#isWaiting = true;
    setImmediate(() => {
      this.#isWaiting = false;
      if (this.#due.every(({ isDeadline }) => isDeadline)) return;
      const next = this.#due.toSorted((a, b) => a.dueMs - b.dueMs)[0]!;
      this.#due = this.#due.filter((one) => one !== next);
      this.nowMs = Math.max(this.nowMs, next.dueMs);
      next.act();
      this.#wait();
    });
  }
}
