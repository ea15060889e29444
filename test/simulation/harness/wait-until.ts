/** Waits for a condition, by looking often; fails with what was awaited when the deadline passes. */
import { setTimeout as delay } from 'node:timers/promises';

export async function waitUntil(
  what: string,
  holds: () => boolean | Promise<boolean>,
  deadlineMs = 90_000,
): Promise<void> {
  const deadline = performance.now() + deadlineMs;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`not within ${deadlineMs} ms: ${what}`);
    await delay(20);
  }
}
