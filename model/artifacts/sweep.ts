/**
 * Which copies of jars may go. Jobs share them, and a round may be about to name one that nobody names yet: so one that
 * nobody names is marked first, and goes when a later look finds the mark old and still nobody that names it.
 */
import { artifactFolder } from '../store-keys.ts';

/** All that lies under one digest. */
export interface SeenCopy {
  sha256: string;
  files: { key: string; sizeBytes: number }[];
  /** When the newest of them was written, by the store's clock. */
  writtenMs: number;
}

export interface SweepQuestion {
  copies: readonly SeenCopy[];
  /** When each mark was written, by digest. */
  marksMs: ReadonlyMap<string, number>;
  /** Digests that a recovery point or an object in Kubernetes names. Gathered after `nowMs`. */
  named: ReadonlySet<string>;
  nowMs: number;
  /** Age from which a copy that nobody names is marked. */
  orphanAgeMs: number;
  /** Age from which a mark counts: longer than any round that did not see it may last. */
  markAgeMs: number;
}

export interface SweepPlan {
  mark: SeenCopy[];
  /** Digests whose mark goes: somebody names them again, or nothing is left of them. */
  unmark: string[];
  remove: SeenCopy[];
}

/** Digests of the copies that nobody in `named` names and that are old: whom to look further for. */
export function unnamedCopies({
  copies,
  named,
  nowMs,
  orphanAgeMs,
}: Pick<SweepQuestion, 'copies' | 'named' | 'nowMs' | 'orphanAgeMs'>): SeenCopy[] {
  return copies.filter(({ sha256, writtenMs }) => !named.has(sha256) && nowMs - writtenMs >= orphanAgeMs);
}

export function planSweep(question: SweepQuestion): SweepPlan {
  const { marksMs, nowMs, markAgeMs } = question;
  const leaving = unnamedCopies(question);
  const leaves = new Set(leaving.map(({ sha256 }) => sha256));
  return {
    mark: leaving.filter(({ sha256 }) => !marksMs.has(sha256)),
    unmark: [...marksMs.keys()].filter((sha256) => !leaves.has(sha256)),
    remove: leaving.filter(({ sha256 }) => nowMs - (marksMs.get(sha256) ?? nowMs) >= markAgeMs),
  };
}

/** Digests of the copies that a text names: a manifest or an object, whoever wrote it and whatever its form. */
export function copiesNamedIn(text: string): string[] {
  const pattern = new RegExp(`${artifactFolder}/([0-9a-f]{64})/`, 'g');
  return [...text.matchAll(pattern)].map(([, sha256]) => sha256!);
}

/** What lies below the folder of copies, by digest. Objects that are none of ours are left out. */
export function copiesAmong(objects: Iterable<{ key: string; sizeBytes: number; modifiedAt: Date }>): SeenCopy[] {
  const copies = new Map<string, SeenCopy>();
  for (const { key, sizeBytes, modifiedAt } of objects) {
    const [sha256] = copiesNamedIn(key);
    if (sha256 === undefined) continue;
    const copy = copies.get(sha256) ?? { sha256, files: [], writtenMs: 0 };
    copies.set(sha256, copy);
    copy.files.push({ key, sizeBytes });
    copy.writtenMs = Math.max(copy.writtenMs, modifiedAt.getTime());
  }
  return [...copies.values()];
}
