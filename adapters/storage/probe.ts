/** Does a store really do what the product relies on, now and quickly? */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { OutsideFailure } from '../failure.ts';
import type { SnapshotStore } from './port.ts';

/**
 * Writes a small object, checks that a conditional create of the same key is refused, reads the object back and
 * deletes it. Fails within `deadlineMs` also where the store is frozen: accepts the connection and never answers.
 *
 * The conditional create is part of it because some servers that speak S3 ignore `If-None-Match`, and with them two
 * zones could both claim a job's next epoch.
 */
export async function probeStore(
  clock: Clock,
  store: SnapshotStore,
  system: string,
  deadlineMs: number,
): Promise<void> {
  const deadline = clock.timeout(deadlineMs);
  const late = new Promise<never>((_resolve, reject) => {
    const fail = () => {
      const message = `${system} did not pass a probe within ${deadlineMs} ms: see that it runs, answers and is not full.`;
      reject(new OutsideFailure('Unreachable', system, message, { cause: deadline.reason }));
    };
    deadline.addEventListener('abort', fail, { once: true });
  });
  // The race, and not the signal alone, keeps the deadline: a client may be between two tries and not look at it.
  await Promise.race([writeAndReadBack(store, system, deadline), late]);
}

async function writeAndReadBack(store: SnapshotStore, system: string, signal: AbortSignal): Promise<void> {
  const id = randomUUID();
  const key = `.probe/${id}`;
  const bytes = new TextEncoder().encode(id);
  try {
    await store.put(key, bytes, { signal });
    if ((await store.createIfAbsent(key, bytes, signal)) === 'created') {
      const message = `${system} created an object that was there: it ignores conditional writes, so epochs are not safe in it.`;
      throw new OutsideFailure('Invalid', system, message);
    }
    const read = await store.read(key, { maxBytes: bytes.length, signal });
    if (read === undefined || Buffer.compare(read, bytes) !== 0) {
      throw new OutsideFailure('BadAnswer', system, `${system} gave back other bytes than were written.`);
    }
  } catch (error) {
    // What is left behind is a few bytes; why the probe failed matters more than whether they could be removed.
    await store.delete(key, signal).catch(() => {});
    throw error;
  }
  await store.delete(key, signal);
}
