/** Reads files for their digests and says which have other bytes than they must have. */
import type { CheckedFile } from '../../model/recovery/recheck/checks.ts';
import type { FileFault } from '../../model/recovery/recheck/damage.ts';
import type { ClaimedFile } from '../../model/recovery/recheck/files.ts';
import type { SnapshotStore } from '../../adapters/storage/port.ts';
import { readDigests, type Pace } from './read-digests.ts';

export interface Judged {
  /** Faults by the size that is claimed of the file. */
  faults: Map<number, FileFault>;
  /** What to remember of it; undefined when it is not whole. */
  checked: CheckedFile | undefined;
  bytes: number;
}

/** One file. A digest that differs is believed when a second reading says the same: the way here may have spoilt it. */
export async function judgeFile(
  store: SnapshotStore,
  file: ClaimedFile,
  pace: Pace,
  nowMs: () => number,
  signal: AbortSignal,
): Promise<Judged> {
  const nothing: Judged = { faults: new Map(), checked: undefined, bytes: 0 };
  let digests = await readDigests(store, file, pace, signal);
  // It went between the listing and now; what deletes it has deleted its manifests before.
  if (!digests) return nothing;
  let bytes = file.sizeBytes;
  if (differs(file, digests)) {
    const modifiedAt = (await store.stat(file.key, signal))?.modifiedAt.toISOString();
    digests = await readDigests(store, file, pace, signal);
    if (!digests) return nothing;
    bytes += file.sizeBytes;
    if (differs(file, digests)) return { faults: faultsOf(file, digests, modifiedAt), checked: undefined, bytes };
  }
  const checked = { sizeBytes: file.sizeBytes, sha256: digests.at(-1)!, readAtMs: nowMs() };
  return { faults: new Map(), checked, bytes };
}

function differs({ claims }: ClaimedFile, digests: readonly string[]): boolean {
  return claims.some(({ sha256 }, index) => sha256 !== undefined && sha256 !== digests[index]);
}

/** A claim without a digest is not trusted either, once another start of the file is wrong. */
function faultsOf(file: ClaimedFile, digests: readonly string[], modifiedAt: string | undefined) {
  const faults = new Map<number, FileFault>();
  for (const [index, { sizeBytes, sha256 }] of file.claims.entries()) {
    if (sha256 === digests[index]) continue;
    const wanted = sha256 === undefined ? 'unknown' : sha256.slice(0, 12);
    const seen = `sha256 ${digests[index]!.slice(0, 12)}… instead of ${wanted}…`;
    const found = 'other bytes' as const;
    faults.set(sizeBytes, {
      key: file.key,
      sizeBytes,
      found,
      seen,
      ...(modifiedAt === undefined ? {} : { modifiedAt }),
    });
  }
  return faults;
}
