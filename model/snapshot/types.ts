/** What a Flink snapshot's `_metadata` refers to. */

/** One file that a snapshot needs. */
export interface SnapshotReference {
  /**
   * relative: lies beside `_metadata` (stream tag 6); absolute: anywhere, by full URI (tag 2);
   * segment: a part of a merged physical file (tag 15); directory: named only (operator state tag 17).
   */
  kind: 'relative' | 'absolute' | 'segment' | 'directory';
  /** As written in the file: a name for `relative`, a URI else. */
  path: string;
  /** Bytes that must be there: the file's size, or for a segment its end (start + size). 0 for a directory. */
  sizeBytes: number;
  /** Where the path's length-prefixed text stands in `_metadata`, so that it can be replaced. */
  offset: number;
  /** Offset just behind that text. */
  endOffset: number;
}

export interface SnapshotMetadata {
  /** Format version, 2 to 6. */
  version: number;
  checkpointId: number;
  operators: { id: string; name: string | undefined; parallelism: number; maxParallelism: number }[];
  references: SnapshotReference[];
  /** Bytes of state that `_metadata` carries itself. */
  inlineBytes: number;
}

/** Why a `_metadata` cannot be used; `offset` is the byte where reading stopped. */
export interface MetadataProblem {
  code: 'not-metadata' | 'unknown-version' | 'truncated' | 'malformed';
  message: string;
  offset: number;
}

export type MetadataResult = { ok: true; metadata: SnapshotMetadata } | { ok: false; problem: MetadataProblem };
