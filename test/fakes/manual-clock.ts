/** A clock that stands still while anybody works, and goes on to the next sleeper when nobody does. */
import type { Clock } from '../../simulation/shared/way.ts';

export class ManualClock implements Clock {
  nowMs = Date.parse('2026-11-21T03:00:00Z');
  #sleepers: { dueMs: number; wake: () => void }[] = [];
  #isWaiting = false;

  readonly now = (): number => this.nowMs;

  readonly sleep = (ms: number, signal?: AbortSignal): Promise<void> => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const sleeper = { dueMs: this.nowMs + ms, wake: resolve };
    this.#sleepers.push(sleeper);
    const leave = () => {
      this.#sleepers = this.#sleepers.filter((one) => one !== sleeper);
      reject(signal?.reason as Error);
    };
    if (signal?.aborted) leave();
    signal?.addEventListener('abort', leave, { once: true });
    this.#wait();
    return promise;
  };

  /** Nothing here waits for the outside, so whoever can work has done so by the next turn of the event loop. */
  #wait(): void {
    if (this.#isWaiting || this.#sleepers.length === 0) return;
    this.#isWaiting = true;
    setImmediate(() => {
      this.#isWaiting = false;
      const next = this.#sleepers.toSorted((a, b) => a.dueMs - b.dueMs)[0];
      if (!next) return;
      this.#sleepers = this.#sleepers.filter((one) => one !== next);
      this.nowMs = Math.max(this.nowMs, next.dueMs);
      next.wake();
      this.#wait();
    });
  }
}
