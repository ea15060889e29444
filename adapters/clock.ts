/** The one clock: nothing below the processes reads the time, sets a deadline or waits in another way. */
import { setTimeout as delay } from 'node:timers/promises';

export interface Clock {
  /** Milliseconds since the epoch, whole ones; never fewer than before. */
  now(): number;
  /** Aborts after so long, with a `TimeoutError`: a deadline has passed, which is no cancellation. */
  timeout(ms: number): AbortSignal;
  /** Waits; rejects when the signal aborts first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The machine's. One that is set forward, or slept, is followed at once; one that is set back at half its pace. */
export function systemClock(): Clock {
  let lastMs = Date.now();
  let steadyMs = performance.now();
  return {
    now() {
      const passedMs = performance.now() - steadyMs;
      steadyMs += passedMs;
      lastMs = Math.max(Date.now(), lastMs + passedMs / 2);
      return Math.floor(lastMs);
    },
    timeout: (ms) => AbortSignal.timeout(Math.ceil(ms)),
    sleep: (ms, signal) => delay(ms, undefined, signal ? { signal } : {}),
  };
}

/** Acts after so long, unless it is disposed before. */
export function after(clock: Clock, ms: number, act: () => void): Disposable {
  const over = new AbortController();
  clock.sleep(ms, over.signal).then(act, () => {});
  return { [Symbol.dispose]: () => over.abort() };
}
