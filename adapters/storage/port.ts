/** The port to a zone's snapshot store: what the product needs of S3 or HDFS, and nothing else. */
import type { Readable } from 'node:stream';
import type { StoreConfig } from '../../model/config/types.ts';

export interface StoredObject {
  /** Path below the store's prefix, `/` between parts, none in front. */
  key: string;
  sizeBytes: number;
  modifiedAt: Date;
  /** Where the store gives one (S3, in answers to `stat`): another after each write of other bytes. */
  etag?: string;
}

/** What it takes to open a store once more, in another thread. Secrets in it are references. */
export interface StoreAddress {
  zoneName: string;
  storeName: string;
  config: StoreConfig;
}

/**
 * One snapshot store. Keys are relative to its configured prefix. Every call fails with an `OutsideFailure` (its class
 * says whether a retry helps); a missing object is an answer, not a failure. A call ended by its signal fails with
 * `Unreachable` if the signal's reason is a passed deadline (`AbortSignal.timeout`), else with that reason as it is.
 *
 * A `prefix` names a folder, with or without a slash at its end: `a` holds `a/b`, not `a-b`. One that holds nothing,
 * or is not there, is empty and no failure.
 */
export interface SnapshotStore {
  /** For people: kind and address, no credentials. */
  readonly description: string;
  /** Absent where another thread cannot open the store: then its bytes move in this one. */
  readonly address?: StoreAddress;
  stat(key: string, signal?: AbortSignal): Promise<StoredObject | undefined>;
  /** The whole object, at most `maxBytes` of it: a longer one is refused (`TooLarge`) before it fills the memory. */
  read(key: string, options: { maxBytes: number; signal?: AbortSignal }): Promise<Uint8Array | undefined>;
  /** All objects below a prefix, recursively; in key order on S3, in no order on HDFS. */
  list(prefix: string, signal?: AbortSignal): AsyncIterable<StoredObject>;
  /** What lies directly below a prefix: names of `directories` without trailing slash, and objects with whole keys. */
  children(prefix: string, signal?: AbortSignal): Promise<{ directories: string[]; objects: StoredObject[] }>;
  /** Writes or replaces. Readers see the old object or the new one, whole. */
  put(key: string, bytes: Uint8Array, options?: { contentType?: string; signal?: AbortSignal }): Promise<void>;
  /**
   * The first `sizeBytes` of an object, for files that are too large for the memory; undefined if it is missing. The
   * stream fails with an `OutsideFailure` if the connection breaks or the object is shorter (`BadAnswer`). Destroy it
   * unless it was read to its end: it holds a connection.
   */
  openRead(key: string, options: { sizeBytes: number; signal?: AbortSignal }): Promise<Readable | undefined>;
  /**
   * Writes or replaces from a stream of exactly `sizeBytes`, with a few megabytes of memory whatever the size. Readers
   * see the old object or the new one, whole: a stream that fails or has another length (`Invalid`) changes nothing.
   * Returns the sha256 of the bytes, in hex digits.
   */
  writeStream(
    key: string,
    body: AsyncIterable<Uint8Array>,
    options: { sizeBytes: number; signal?: AbortSignal },
  ): Promise<string>;
  /**
   * Atomic: of many callers exactly one gets `created` (S3 `If-None-Match: *`, HDFS a rename that refuses an existing
   * target), and no reader ever sees the object without its bytes.
   *
   * After a failure the object may have been created all the same (only the answer was lost), and then the caller's
   * next try says `exists`: read it to learn whether it is your own, so put something of your own into the bytes.
   */
  createIfAbsent(key: string, bytes: Uint8Array, signal?: AbortSignal): Promise<'created' | 'exists'>;
  /** A missing object is success. */
  delete(key: string, signal?: AbortSignal): Promise<void>;
  /**
   * Removes an empty folder where folders exist by themselves: in HDFS, and in S3 the marker that some writers leave.
   * One that holds something, or is not there, stays as it is and is success.
   */
  removeFolder(prefix: string, signal?: AbortSignal): Promise<void>;
  /**
   * Writes, creates again (which must be refused), reads back and deletes a small object; fails within `deadlineMs`,
   * whatever the store does. `Unreachable` when the deadline passed, `Invalid` when conditional creates are ignored.
   */
  probe(deadlineMs: number): Promise<void>;
  /** Frees connections. */
  close(): Promise<void>;
}
