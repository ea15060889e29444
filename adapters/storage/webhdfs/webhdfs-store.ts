/** A snapshot store in HDFS, over WebHDFS. */
import { createHash, randomUUID } from 'node:crypto';
import { posix } from 'node:path';
import type { Readable } from 'node:stream';
import type { WebHdfsStoreConfig } from '../../../model/config/types.ts';
import type { Clock } from '../../clock.ts';
import { OutsideFailure } from '../../failure.ts';
import { exactly, firstBytes, hashed } from '../bounded-stream.ts';
import { folderPath, objectPath } from '../object-path.ts';
import type { SnapshotStore, StoreAddress, StoredObject } from '../port.ts';
import { probeStore } from '../probe.ts';
import { readBounded } from '../read-bounded.ts';
import { describeCall, type StoreCall } from '../store-failure.ts';
import { WebHdfsClient, type FileStatus } from './webhdfs-client.ts';
import { isMissingPath, RemoteException, UnreadableAnswer, webHdfsFailure } from './webhdfs-failure.ts';
import type { UploadContent } from './webhdfs-upload.ts';

/**
 * Folder below the prefix in which files are written before they get their name. Not listed. What a killed process
 * leaves there is never read and may be deleted at any time; so may what a stream leaves that breaks early, when the
 * DataNode creates the file only after it was tidied away.
 */
const writingFolder = '.writing';

/** Directories listed at once: a snapshot has few, and the NameNode serves the jobs of the whole zone. */
const listedAtOnce = 8;

/** How long tidying up after a failed write may take. */
const tidyDeadlineMs = 2_000;

/**
 * A store over WebHDFS. `system` names it in failures: "store az-b/hdfs". Connects at the first call.
 *
 * Every file is written under a name of its own and then renamed, because a file that is being created is visible
 * while it is empty: a reader sees a whole object or none, and so does one who comes after a crash. The rename is
 * atomic on the NameNode: with OVERWRITE it replaces the target, with NONE it fails if there is one.
 */
export class WebHdfsStore implements SnapshotStore {
  readonly description: string;
  address?: StoreAddress;
  readonly #system: string;
  readonly #clock: Clock;
  readonly #config: WebHdfsStoreConfig;
  readonly #client: WebHdfsClient;

  constructor(system: string, config: WebHdfsStoreConfig, clock: Clock) {
    this.description = `${system}: HDFS at ${config.endpoint}, user ${config.user}, prefix "${config.prefix}"`;
    this.#system = system;
    this.#clock = clock;
    this.#config = config;
    this.#client = new WebHdfsClient(config.endpoint, config.user, clock);
  }

  async stat(key: string, signal?: AbortSignal): Promise<StoredObject | undefined> {
    const call = this.#call('stat', key, signal);
    const path = this.#path(call);
    try {
      const status = await this.#client.status(path, signal);
      return status.type === 'FILE' ? storedObject(key, status) : undefined;
    } catch (error) {
      if (isMissingPath(error) || isBelowFile(error)) return undefined;
      throw webHdfsFailure(call, error);
    }
  }

  async read(key: string, options: { maxBytes: number; signal?: AbortSignal }): Promise<Uint8Array | undefined> {
    const call = this.#call('read', key, options.signal);
    const path = this.#path(call);
    try {
      // One byte more than allowed tells a longer file without asking for its size first.
      const body = await this.#client.open(path, options.maxBytes + 1, options.signal);
      return await readBounded(call, body, { maxBytes: options.maxBytes });
    } catch (error) {
      if (isMissingPath(error) || isBelowFile(error)) return undefined;
      throw webHdfsFailure(call, error);
    }
  }

  async *list(prefix: string, signal?: AbortSignal): AsyncIterable<StoredObject> {
    const call = this.#call('list', prefix, signal);
    let folders = [prefix.replace(/\/+$/, '')];
    while (folders.length > 0) {
      const listings = await Promise.all(
        folders.slice(0, listedAtOnce).map((folder) => this.#childrenOf({ ...call, key: folder })),
      );
      const found: string[] = [];
      for (const { folder, directories, objects } of listings) {
        yield* objects;
        found.push(...directories.map((name) => (folder === '' ? name : `${folder}/${name}`)));
      }
      // Deepest first, so that the list of folders still to visit stays short.
      folders = [...found, ...folders.slice(listedAtOnce)];
    }
  }

  async children(prefix: string, signal?: AbortSignal): Promise<{ directories: string[]; objects: StoredObject[] }> {
    const call = this.#call('children', prefix.replace(/\/+$/, ''), signal);
    const { directories, objects } = await this.#childrenOf(call);
    return { directories, objects };
  }

  async put(key: string, bytes: Uint8Array, options: { contentType?: string; signal?: AbortSignal } = {}) {
    await this.#writeThenRename(this.#call('put', key, options.signal), bytes, 'OVERWRITE');
  }

  async openRead(key: string, options: { sizeBytes: number; signal?: AbortSignal }): Promise<Readable | undefined> {
    const call = this.#call('read', key, options.signal);
    try {
      // Never a length of 0, whose meaning WebHDFS leaves open.
      const body = await this.#client.open(this.#path(call), Math.max(1, options.sizeBytes), options.signal);
      return firstBytes(call, body, options.sizeBytes, webHdfsFailure);
    } catch (error) {
      if (isMissingPath(error) || isBelowFile(error)) return undefined;
      throw webHdfsFailure(call, error);
    }
  }

  async writeStream(
    key: string,
    body: AsyncIterable<Uint8Array>,
    options: { sizeBytes: number; signal?: AbortSignal },
  ): Promise<string> {
    const call = this.#call('put', key, options.signal);
    const { sizeBytes } = options;
    const hash = createHash('sha256');
    const content = { body: hashed(exactly(call, body, sizeBytes), hash), sizeBytes };
    await this.#writeThenRename(call, content, 'OVERWRITE');
    return hash.digest('hex');
  }

  async createIfAbsent(key: string, bytes: Uint8Array, signal?: AbortSignal): Promise<'created' | 'exists'> {
    return await this.#writeThenRename(this.#call('createIfAbsent', key, signal), bytes, 'NONE');
  }

  async delete(key: string, signal?: AbortSignal): Promise<void> {
    const call = this.#call('delete', key, signal);
    const path = this.#path(call);
    try {
      await this.#client.delete(path, signal);
    } catch (error) {
      if (!isMissingPath(error) && !isBelowFile(error)) throw webHdfsFailure(call, error);
    }
  }

  async removeFolder(prefix: string, signal?: AbortSignal): Promise<void> {
    const call = this.#call('removeFolder', prefix.replace(/\/+$/, ''), signal);
    try {
      await this.#client.delete(this.#path(call), signal);
    } catch (error) {
      const isFull = error instanceof RemoteException && error.exception === 'PathIsNotEmptyDirectoryException';
      if (!isFull && !isMissingPath(error) && !isBelowFile(error)) throw webHdfsFailure(call, error);
    }
  }

  async probe(deadlineMs: number): Promise<void> {
    await probeStore(this.#clock, this, this.#system, deadlineMs);
  }

  async close(): Promise<void> {
    await this.#client.close();
  }

  #call(operation: string, key: string, signal: AbortSignal | undefined): StoreCall {
    return { system: this.#system, operation, key, clock: this.#clock, signal };
  }

  #path(call: StoreCall): string {
    return `/${objectPath(this.#config, call)}`;
  }

  async #writeThenRename(
    call: StoreCall,
    content: UploadContent,
    options: 'NONE' | 'OVERWRITE',
  ): Promise<'created' | 'exists'> {
    const target = this.#path(call);
    const writing = this.#path({ ...call, key: `${writingFolder}/${randomUUID()}` });
    let renamed = false;
    try {
      await this.#client.create(writing, content, call.signal);
      await this.#client.makeDirectories(posix.dirname(target), call.signal);
      renamed = await this.#client.rename(writing, target, options, call.signal);
      if (renamed) return 'created';
      // Only a gateway without rename options gets here.
      if (options === 'NONE') {
        await this.#client.status(target, call.signal);
        return 'exists';
      }
      const message = `${describeCall(call)}: ${this.#config.endpoint} cannot replace files; give the NameNode's own address.`;
      throw new OutsideFailure('Invalid', call.system, message);
    } catch (error) {
      if (options === 'NONE' && error instanceof RemoteException && error.exception === 'FileAlreadyExistsException') {
        return 'exists';
      }
      throw webHdfsFailure(call, error);
    } finally {
      if (!renamed) {
        const tidied = this.#client.delete(writing, this.#clock.timeout(tidyDeadlineMs)).catch(() => {});
        // Who gave up on the call does not wait for its broom.
        if (!call.signal?.aborted) await tidied;
      }
    }
  }

  /** What lies directly in a folder; nothing for a folder that is not there. */
  async #childrenOf(call: StoreCall): Promise<{ folder: string; directories: string[]; objects: StoredObject[] }> {
    const folder = call.key;
    const path = `/${folderPath(this.#config, call)}`;
    const directories: string[] = [];
    const objects: StoredObject[] = [];
    const names = new Set<string>();
    let startAfter = '';
    for (;;) {
      let page: { entries: FileStatus[]; remaining: number };
      try {
        page = await this.#client.listPage(path, startAfter, call.signal);
        addNames(page.entries, names);
      } catch (error) {
        if (isMissingPath(error) || isBelowFile(error)) return { folder, directories, objects };
        throw webHdfsFailure(call, error);
      }
      for (const entry of page.entries) {
        // Listing a file gives the file itself, without a name; as a folder it has nothing in it.
        if (entry.pathSuffix === '') continue;
        const key = folder === '' ? entry.pathSuffix : `${folder}/${entry.pathSuffix}`;
        if (entry.type === 'FILE') objects.push(storedObject(key, entry));
        else if (key !== writingFolder) directories.push(entry.pathSuffix);
      }
      const last = page.entries.at(-1);
      if (page.remaining === 0 || last === undefined) return { folder, directories, objects };
      startAfter = last.pathSuffix;
    }
  }
}

/** Some gateways begin a listing again from its first page, for ever. */
function addNames(entries: readonly FileStatus[], names: Set<string>): void {
  for (const { pathSuffix } of entries) {
    if (names.has(pathSuffix)) throw new UnreadableAnswer('a name came twice in the listing.');
    names.add(pathSuffix);
  }
}

/** A path below a file has no object, as in S3; the NameNode calls it a mistake. */
function isBelowFile(error: unknown): boolean {
  return error instanceof RemoteException && /^(ParentNotDirectory|PathIsNotDirectory)Exception$/.test(error.exception);
}

function storedObject(key: string, status: FileStatus): StoredObject {
  return { key, sizeBytes: status.length, modifiedAt: new Date(status.modificationTime) };
}
