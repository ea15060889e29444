/** Copies files from store to store, a few at a time, and takes their digests on the way. */
import type { ShipCopy } from '../../model/snapshot/ship-plan.ts';
import { forEachAtOnce } from '../../adapters/at-once.ts';
import { copyFile } from '../../adapters/storage/copy/copy-file.ts';
import { copyThreads } from '../../adapters/storage/copy/copy-threads.ts';
import type { SnapshotStore } from '../../adapters/storage/port.ts';
import type { Steps } from '../../adapters/storage/copy/steps.ts';
import type { FileDigest } from './taken-snapshot.ts';

export { FileGone } from '../../adapters/storage/copy/copy-file.ts';

/** Files of one job in flight: each holds a few megabytes and two connections, and several jobs are shipped at once. */
const filesAtOnce = 4;

/**
 * Copies them all, each as `steps` lets it pass, in threads of their own where the stores can be opened there; `copied`
 * hears of each as it is complete. After the first failure no further file is begun, and the failure is thrown when those
 * in flight have ended, so that nothing of them is lost.
 * @throws FileGone
 */
export async function copyFiles(
  stores: { from: SnapshotStore; to: SnapshotStore },
  copies: readonly ShipCopy[],
  copied: (copy: ShipCopy, digest: FileDigest) => void,
  signal: AbortSignal,
  steps?: Steps,
): Promise<void> {
  const { from, to } = { from: stores.from.address, to: stores.to.address };
  const copyOne = (file: ShipCopy) =>
    from && to ? copyThreads.copy({ from, to, file, steps }, signal) : copyFile(stores, file, signal, steps);
  await forEachAtOnce(copies, filesAtOnce, async (copy) => {
    copied(copy, { sizeBytes: copy.sizeBytes, sha256: await copyOne(copy) });
  });
}
