/** From the references of a `_metadata` to the files that must be there. */
import type { SnapshotReference } from './types.ts';

export interface RequiredFile {
  /** As written in `_metadata`: a name beside it if `relative`, a URI else. */
  path: string;
  relative: boolean;
  /** The least size with which the file is whole. */
  sizeBytes: number;
  /**
   * `exact`: the file has this size. `at-least`: it is a merged file, which other checkpoints use too and which may
   * still grow; what this snapshot uses ends here.
   */
  sizeIs: 'exact' | 'at-least';
}

/** Each file once, in the order of its first reference. Directories are named in `_metadata` but hold nothing it needs. */
export function requiredFiles(references: readonly SnapshotReference[]): RequiredFile[] {
  const files = new Map<string, RequiredFile>();
  for (const { kind, path, sizeBytes } of references) {
    if (kind === 'directory') continue;
    const relative = kind === 'relative';
    const sizeIs = kind === 'segment' ? 'at-least' : 'exact';
    const key = `${relative ? 'relative' : 'uri'} ${path}`;
    const known = files.get(key);
    if (known === undefined) {
      files.set(key, { path, relative, sizeBytes, sizeIs });
    } else {
      known.sizeBytes = Math.max(known.sizeBytes, sizeBytes);
      if (sizeIs === 'exact') known.sizeIs = 'exact';
    }
  }
  return [...files.values()];
}
