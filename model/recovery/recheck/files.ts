/** The files behind a job's recovery points, each once, and which of them a check reads. */
import type { CheckedFile } from './checks.ts';

/** What the check needs of a recovery point. */
export interface CheckedPoint {
  id: string;
  /** `sha256` of the first `sizeBytes`, where it was taken when the file was written. */
  files: readonly { key: string; sizeBytes: number; sha256?: string | undefined }[];
}

/** A start of a file that some recovery point needs. A merged file has several. */
export interface Claim {
  sizeBytes: number;
  /** What it must be; undefined when nobody read it yet. */
  sha256: string | undefined;
}

export interface ClaimedFile {
  key: string;
  /** Shortest first, each size once. */
  claims: Claim[];
  /** Bytes to read for all of them. */
  sizeBytes: number;
}

/** Each file of the recovery points once. What the manifests do not say of it, an earlier check may. */
export function claimedFiles(
  points: readonly CheckedPoint[],
  checked: Readonly<Record<string, CheckedFile>>,
): ClaimedFile[] {
  const files = new Map<string, Map<number, string | undefined>>();
  for (const { key, sizeBytes, sha256 } of points.flatMap((point) => point.files)) {
    const claims = files.get(key) ?? new Map<number, string | undefined>();
    files.set(key, claims);
    claims.set(sizeBytes, claims.get(sizeBytes) ?? sha256);
  }
  return [...files].map(([key, sizes]) => {
    const earlier = checked[key];
    const claims = [...sizes].map(([sizeBytes, sha256]) => {
      return { sizeBytes, sha256: sha256 ?? (earlier?.sizeBytes === sizeBytes ? earlier.sha256 : undefined) };
    });
    claims.sort((a, b) => a.sizeBytes - b.sizeBytes);
    return { key, claims, sizeBytes: claims.at(-1)!.sizeBytes };
  });
}

export interface PickQuestion {
  files: readonly ClaimedFile[];
  /** When each was written, in milliseconds; a file that is not there is not read. */
  writtenMs: ReadonlyMap<string, number>;
  checked: Readonly<Record<string, CheckedFile>>;
  /** Found with other bytes before: read every time, so that one that was healed is seen. */
  suspects: ReadonlySet<string>;
  /** Bytes to read in one check; the last file may go beyond. */
  sampleBytes: number;
}

/**
 * The files to read now: suspects, then those that were longest not seen whole, by reading or by being written, so that
 * over the checks each comes to its turn, however many new ones are written meanwhile.
 */
export function pickFiles({ files, writtenMs, checked, suspects, sampleBytes }: PickQuestion): ClaimedFile[] {
  const there = files.filter(({ key }) => writtenMs.has(key));
  const lastSeenMs = (key: string) => Math.max(writtenMs.get(key)!, checked[key]?.readAtMs ?? 0);
  const rest = there
    .filter(({ key }) => !suspects.has(key))
    .sort((a, b) => lastSeenMs(a.key) - lastSeenMs(b.key) || (a.key < b.key ? -1 : 1));
  const picked = there.filter(({ key }) => suspects.has(key));
  let bytes = 0;
  for (const file of rest) {
    if (bytes >= sampleBytes) break;
    picked.push(file);
    bytes += file.sizeBytes;
  }
  return picked;
}
