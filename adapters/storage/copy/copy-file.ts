/** Copies one file from store to store, in the thread that calls it. */
import type { ShipCopy } from '../../../model/snapshot/ship-plan.ts';
import type { SnapshotStore } from '../port.ts';
import { inSteps, type Steps } from './steps.ts';

/** A file that was to be copied is not there: Flink deletes those of checkpoints that it no longer keeps. */
export class FileGone extends Error {
  override readonly name = 'FileGone';
}

/** Copies it whole or not at all, in steps if told to; returns its sha256, taken on the way. @throws FileGone */
export async function copyFile(
  { from, to }: { from: SnapshotStore; to: SnapshotStore },
  copy: ShipCopy,
  signal: AbortSignal,
  steps?: Steps,
): Promise<string> {
  const options = { sizeBytes: copy.sizeBytes, signal };
  const passed = steps && (await inSteps(copy.sizeBytes, steps));
  const body = await from.openRead(copy.from, options);
  if (!body) throw new FileGone(`${copy.from} is not in ${from.description}`);
  try {
    return await to.writeStream(copy.to, passed ? passed(body) : body, options);
  } finally {
    body.destroy();
  }
}
