/** Where the two modes of protection meet. */
/** Which digest belongs to how much of a file: a merged file grows behind what one snapshot uses of it. */
export interface FileDigest {
  sizeBytes: number;
  sha256: string;
}

/** What both modes of protection bring about: a snapshot in the peer zone's store, not yet verified. */
export interface TakenSnapshot {
  /** Key of its folder, which holds `_metadata`. */
  key: string;
  /** When the state was as it is in it. */
  stateAtMs: number;
  /** Hex digits, the same when the same snapshot is taken again: they name its recovery point. */
  token: string;
  /** sha256 of the first `sizeBytes` of files, by key, where it is known. */
  digests: ReadonlyMap<string, FileDigest>;
  /** Bytes that crossed the link between the zones for it; undefined: all of it. */
  copiedBytes?: number;
  /** For people: how it came there. */
  account: string;
}
