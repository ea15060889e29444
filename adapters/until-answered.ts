/** Asks somebody who refuses a call now and then again, within the time that a single call would have had. */
import type { Clock } from './clock.ts';
import { retry } from './retry.ts';

const pauseMs = 250;

/** A call with less time than this share of the whole would only fail by its own deadline, and hide why. */
const leastShare = 0.25;

/**
 * What `ask` answers within `withinMs`; it is told how much of that is left. @throws what the last one failed with, at
 * once if the same call cannot succeed later
 */
export async function untilAnswered<T>(
  clock: Clock,
  ask: (leftMs: number) => Promise<T>,
  withinMs: number,
): Promise<T> {
  const within = { ms: withinMs, leastMs: withinMs * leastShare };
  return retry(ask, { after: 'retryable', pauseMs, within }, clock);
}
