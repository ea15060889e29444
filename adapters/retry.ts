/** Makes a call again that failed in a way that may pass: how often and how quickly is data. */
import type { Clock } from './clock.ts';
import { OutsideFailure, type FailureClass } from './failure.ts';

export interface RetryPolicy {
  /** The failures after which it is made again; `retryable`: those of the outside that may pass by themselves. */
  after: 'retryable' | readonly FailureClass[] | ((error: unknown) => boolean);
  /** Calls at most; as many as it takes without it. */
  tries?: number;
  /** Time for all calls, and without how much of it none is begun: it would only fail by its deadline, and hide why. */
  within?: { ms: number; leastMs: number };
  /** Before the second call, and `growth` times as long before each further one, up to `longestPauseMs`. */
  pauseMs: number;
  growth?: number;
  longestPauseMs?: number;
}

/** What the caller waits by. */
export interface RetryTime {
  sleep(ms: number): Promise<unknown>;
  /** Only a policy with `within` asks for it. */
  now?(): number;
  /** Once aborted its reason is thrown, whatever the call failed with. */
  signal?: AbortSignal;
  /** Hears of each failure after which the call is made again. */
  failed?(error: Error, tries: number): void;
}

/**
 * What `call` answers in the end; it is told how much of the time is left. How long the other side asked to wait
 * (Retry-After) goes before the policy's pause. @throws what the last call failed with
 */
export async function retry<T>(call: (leftMs: number) => Promise<T>, policy: RetryPolicy, time: RetryTime): Promise<T> {
  const now = () => time.now?.() ?? 0;
  const { ms: withinMs, leastMs } = policy.within ?? { ms: Infinity, leastMs: 0 };
  const endMs = now() + withinMs;
  for (let tries = 1; ; tries++) {
    try {
      return await call(Math.ceil(endMs - now()));
    } catch (error) {
      time.signal?.throwIfAborted();
      if (!mayPass(error, policy.after) || tries === policy.tries) throw error;
      const pauseMs = pauseAfter(error, tries, policy);
      if (endMs - now() - pauseMs < leastMs) throw error;
      time.failed?.(error, tries);
      if (pauseMs > 0) await time.sleep(pauseMs);
    }
  }
}

/** Reads, decides and writes anew, a few times, where somebody else wrote in between: operators write all the time. */
export function retryOverConflicts<T>(clock: Clock, readAndWrite: () => Promise<T>): Promise<T> {
  return retry(readAndWrite, { after: ['Conflict'], tries: 5, pauseMs: 0 }, clock);
}

function mayPass(error: unknown, after: RetryPolicy['after']): error is Error {
  if (typeof after === 'function') return after(error);
  if (!(error instanceof OutsideFailure)) return false;
  return after === 'retryable' ? error.retryable : after.includes(error.failureClass);
}

function pauseAfter(error: Error, tries: number, { pauseMs, growth = 1, longestPauseMs = Infinity }: RetryPolicy) {
  const asked = error instanceof OutsideFailure ? error.retryAfterMs : undefined;
  return asked ?? Math.min(pauseMs * growth ** (tries - 1), longestPauseMs);
}
