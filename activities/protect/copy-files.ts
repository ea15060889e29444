/** Copies files from store to store, a few at a time, and takes their digests on the way. */
import { createHash, type Hash } from 'node:crypto';
import type { ShipCopy } from '../../model/snapshot/ship-plan.ts';
import type { SnapshotStore } from '../storage/port.ts';
import type { Throttle } from './budgets.ts';
import type { FileDigest } from './taken-snapshot.ts';

/** Files of one job in flight: each holds a few megabytes and two connections, and several jobs are shipped at once. */
const filesAtOnce = 4;

/** A file that was to be copied is not there: Flink deletes those of checkpoints that it no longer keeps. */
export class FileGone extends Error {
  override readonly name = 'FileGone';
}

/**
 * Copies them all, each once `mayBegin` lets it; `copied` hears of each as it is complete. After the first failure no further file is begun, and the
 * failure is thrown when those in flight have ended, so that nothing of them is lost.
 * @throws FileGone
 */
export async function copyFiles(
  stores: { from: SnapshotStore; to: SnapshotStore },
  copies: readonly ShipCopy[],
  copied: (copy: ShipCopy, digest: FileDigest) => void,
  signal: AbortSignal,
  mayBegin: Throttle = async () => {},
): Promise<void> {
  const queue = [...copies];
  const lanes = Array.from({ length: Math.min(filesAtOnce, queue.length) }, async () => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      try {
        await mayBegin(next.sizeBytes);
        copied(next, { sizeBytes: next.sizeBytes, sha256: await copyFile(stores, next, signal) });
      } catch (error) {
        queue.length = 0;
        throw error;
      }
    }
  });
  for (const lane of await Promise.allSettled(lanes)) {
    if (lane.status === 'rejected') throw lane.reason;
  }
}

async function copyFile(
  { from, to }: { from: SnapshotStore; to: SnapshotStore },
  copy: ShipCopy,
  signal: AbortSignal,
): Promise<string> {
  const options = { sizeBytes: copy.sizeBytes, signal };
  const body = await from.openRead(copy.from, options);
  if (!body) throw new FileGone(`${copy.from} is not in ${from.description}`);
  const hash = createHash('sha256');
  try {
    await to.writeStream(copy.to, hashed(body, hash), options);
  } finally {
    body.destroy();
  }
  return hash.digest('hex');
}

async function* hashed(body: AsyncIterable<Uint8Array>, hash: Hash): AsyncIterable<Uint8Array> {
  for await (const chunk of body) {
    hash.update(chunk);
    yield chunk;
  }
}
