/** A snapshot store in a bucket of S3, or of a server that speaks its protocol. */
import { createHash, hash } from 'node:crypto';
import { addAbortSignal, type Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type ListObjectsV2CommandOutput,
} from '@aws-sdk/client-s3';
import type { S3StoreConfig, SecretSource } from '../../../model/config/types.ts';
import type { Clock } from '../../clock.ts';
import { OutsideFailure } from '../../failure.ts';
import { exactly, firstBytes, hashed, inParts } from '../bounded-stream.ts';
import { folderPath, objectPath } from '../object-path.ts';
import type { SnapshotStore, StoreAddress, StoredObject } from '../port.ts';
import { PartBuffers } from './part-buffers.ts';
import { probeStore } from '../probe.ts';
import { readBounded } from '../read-bounded.ts';
import { createS3Clients, sendTimeoutMs, type S3Clients } from './s3-client.ts';
import { listingPages } from './s3-listing.ts';
import { isMissingObject, isUntold404, s3Failure, statusOf } from './s3-failure.ts';
import { partBytesFor, uploadInParts, withPayloadDigest } from './s3-upload.ts';
import { describeCall, type StoreCall } from '../store-failure.ts';

/** A store over S3. `system` names it in failures: "store az-b/s3". Connects at the first call. */
export class S3Store implements SnapshotStore {
  readonly description: string;
  address?: StoreAddress;
  readonly #system: string;
  readonly #clock: Clock;
  readonly #config: S3StoreConfig;
  readonly #clients: S3Clients;
  readonly #buffers = new PartBuffers();
  /** Set by the first answer that proves the bucket: from then on a bare 404 is about the object. */
  #bucketSeen = false;

  constructor(system: string, config: S3StoreConfig, secrets: (source: SecretSource) => Promise<string>, clock: Clock) {
    this.description = `${system}: S3 bucket ${config.bucket} at ${config.endpoint}, prefix "${config.prefix}"`;
    this.#system = system;
    this.#clock = clock;
    this.#config = config;
    this.#clients = createS3Clients(config, secrets, clock);
  }

  async stat(key: string, signal?: AbortSignal): Promise<StoredObject | undefined> {
    const call = this.#call('stat', key, signal);
    const input = { Bucket: this.#config.bucket, Key: objectPath(this.#config, call) };
    try {
      const answer = await this.#clients.repeating.send(new HeadObjectCommand(input), sendOptions(signal));
      this.#bucketSeen = true;
      const found = storedObject(call, key, answer.ContentLength, answer.LastModified);
      return answer.ETag === undefined ? found : { ...found, etag: answer.ETag };
    } catch (error) {
      if (isUntold404(error) || isMissingObject(error)) {
        await this.#proveBucket(call);
        return undefined;
      }
      throw s3Failure(call, error);
    }
  }

  async read(key: string, options: { maxBytes: number; signal?: AbortSignal }): Promise<Uint8Array | undefined> {
    const call = this.#call('read', key, options.signal);
    const input = { Bucket: this.#config.bucket, Key: objectPath(this.#config, call) };
    try {
      const answer = await this.#clients.reading.send(new GetObjectCommand(input), sendOptions(options.signal));
      this.#bucketSeen = true;
      const body = answer.Body as Readable;
      if (options.signal) addAbortSignal(options.signal, body);
      return await readBounded(call, body, { maxBytes: options.maxBytes, announcedBytes: answer.ContentLength });
    } catch (error) {
      if (isMissingObject(error)) {
        this.#bucketSeen = true;
        return undefined;
      }
      throw s3Failure(call, error);
    }
  }

  async *list(prefix: string, signal?: AbortSignal): AsyncIterable<StoredObject> {
    const call = this.#call('list', prefix, signal);
    for await (const page of this.#pages(call)) yield* this.#objectsOf(call, page);
  }

  async children(prefix: string, signal?: AbortSignal): Promise<{ directories: string[]; objects: StoredObject[] }> {
    const call = this.#call('children', prefix, signal);
    const directories: string[] = [];
    const objects: StoredObject[] = [];
    const folder = this.#folder(call);
    for await (const page of this.#pages(call, '/')) {
      objects.push(...this.#objectsOf(call, page));
      for (const { Prefix } of page.CommonPrefixes ?? []) {
        if (Prefix !== undefined) directories.push(Prefix.slice(folder.length, -1));
      }
    }
    return { directories, objects };
  }

  async put(key: string, bytes: Uint8Array, options: { contentType?: string; signal?: AbortSignal } = {}) {
    const call = this.#call('put', key, options.signal);
    const input = {
      Bucket: this.#config.bucket,
      Key: objectPath(this.#config, call),
      Body: bytes,
      ...(options.contentType === undefined ? {} : { ContentType: options.contentType }),
    };
    try {
      const sending = new PutObjectCommand(input);
      requireTag(call, await this.#clients.repeating.send(sending, sendOptions(options.signal, bytes.length)));
      this.#bucketSeen = true;
    } catch (error) {
      throw s3Failure(call, error);
    }
  }

  async openRead(key: string, options: { sizeBytes: number; signal?: AbortSignal }): Promise<Readable | undefined> {
    const call = this.#call('read', key, options.signal);
    const { sizeBytes, signal } = options;
    const input = {
      Bucket: this.#config.bucket,
      Key: objectPath(this.#config, call),
      // An empty object has no first byte that could be asked for.
      ...(sizeBytes === 0 ? {} : { Range: `bytes=0-${sizeBytes - 1}` }),
    };
    try {
      const answer = await this.#clients.reading.send(new GetObjectCommand(input), sendOptions(signal));
      this.#bucketSeen = true;
      const body = answer.Body as Readable;
      if (signal) addAbortSignal(signal, body);
      return firstBytes(call, body, sizeBytes, s3Failure);
    } catch (error) {
      if (isMissingObject(error)) {
        this.#bucketSeen = true;
        return undefined;
      }
      if (statusOf(error) === 416) {
        const message = `${describeCall(call)} broke off: the object is empty, ${sizeBytes} bytes were wanted.`;
        throw new OutsideFailure('BadAnswer', call.system, message, { status: 416, cause: error });
      }
      throw s3Failure(call, error);
    }
  }

  async writeStream(
    key: string,
    body: AsyncIterable<Uint8Array>,
    options: { sizeBytes: number; signal?: AbortSignal },
  ): Promise<string> {
    const call = this.#call('put', key, options.signal);
    const { sizeBytes, signal } = options;
    const target = { Bucket: this.#config.bucket, Key: objectPath(this.#config, call) };
    const partBytes = partBytesFor(sizeBytes);
    const bytes = exactly(call, body, sizeBytes);
    try {
      let sha256: string;
      if (sizeBytes > partBytes) {
        const digest = createHash('sha256');
        const parts = inParts(hashed(bytes, digest), partBytes, (least) => this.#buffers.take(least));
        await uploadInParts(this.#clients, target, parts, {
          clock: this.#clock,
          done: (part) => this.#buffers.giveBack(part),
          signal,
        });
        sha256 = digest.digest('hex');
      } else {
        let whole: Uint8Array = new Uint8Array();
        for await (const part of inParts(bytes, partBytes, (least) => this.#buffers.take(least))) whole = part;
        sha256 = hash('sha256', whole, 'hex');
        const command = withPayloadDigest(new PutObjectCommand({ ...target, Body: whole }), sha256);
        requireTag(call, await this.#clients.repeating.send(command, sendOptions(signal, sizeBytes)));
        if (sizeBytes > 0) this.#buffers.giveBack(whole);
      }
      this.#bucketSeen = true;
      return sha256;
    } catch (error) {
      throw s3Failure(call, error);
    }
  }

  async createIfAbsent(key: string, bytes: Uint8Array, signal?: AbortSignal): Promise<'created' | 'exists'> {
    const call = this.#call('createIfAbsent', key, signal);
    const input = {
      Bucket: this.#config.bucket,
      Key: objectPath(this.#config, call),
      Body: bytes,
      IfNoneMatch: '*',
    };
    try {
      // Once: if the first try took effect and only its answer was lost, a silent second one would report "exists".
      requireTag(call, await this.#clients.once.send(new PutObjectCommand(input), sendOptions(signal, bytes.length)));
      this.#bucketSeen = true;
      return 'created';
    } catch (error) {
      if (statusOf(error) === 412) return 'exists';
      const failure = s3Failure(call, error);
      // A 409 tells of another writer at the same moment, who may yet fail: only what is there now decides.
      if (failure instanceof OutsideFailure && failure.failureClass === 'Conflict') {
        if ((await this.stat(key, signal)) !== undefined) return 'exists';
      }
      throw failure;
    }
  }

  async delete(key: string, signal?: AbortSignal): Promise<void> {
    const call = this.#call('delete', key, signal);
    const input = { Bucket: this.#config.bucket, Key: objectPath(this.#config, call) };
    try {
      await this.#clients.repeating.send(new DeleteObjectCommand(input), sendOptions(signal));
    } catch (error) {
      if (!isMissingObject(error)) throw s3Failure(call, error);
    }
  }

  async removeFolder(prefix: string, signal?: AbortSignal): Promise<void> {
    const call = this.#call('removeFolder', prefix.replace(/\/+$/, ''), signal);
    const input = { Bucket: this.#config.bucket, Key: `${objectPath(this.#config, call)}/` };
    try {
      await this.#clients.repeating.send(new DeleteObjectCommand(input), sendOptions(signal));
    } catch (error) {
      // versitygw keeps real folders, and refuses this for a full one; by S3's own rules it is a marker like any object.
      const isFull = statusOf(error) === 400 && (error as { Code?: string }).Code === 'ErrDirectoryNotEmpty';
      if (!isFull && !isMissingObject(error)) throw s3Failure(call, error);
    }
  }

  async probe(deadlineMs: number): Promise<void> {
    await probeStore(this.#clock, this, this.#system, deadlineMs);
  }

  async close(): Promise<void> {
    this.#clients.close();
  }

  #call(operation: string, key: string, signal: AbortSignal | undefined): StoreCall {
    return { system: this.#system, operation, key, clock: this.#clock, signal };
  }

  /** The folder as S3 wants it: with a slash at its end, so that `a` does not find `a-b/c`; empty for all. */
  #folder(call: StoreCall): string {
    const path = folderPath(this.#config, call);
    return path === '' ? '' : `${path}/`;
  }

  async *#pages(call: StoreCall, delimiter?: string): AsyncIterable<ListObjectsV2CommandOutput> {
    const input = {
      Bucket: this.#config.bucket,
      Prefix: this.#folder(call),
      ...(delimiter === undefined ? {} : { Delimiter: delimiter }),
    };
    for await (const page of listingPages(this.#clients.repeating, call, input, sendOptions(call.signal))) {
      this.#bucketSeen = true;
      yield page;
    }
  }

  /** Objects of a page by key. Keys that end in a slash are folder markers, which Flink's hadoop plug-in leaves behind. */
  *#objectsOf(call: StoreCall, page: ListObjectsV2CommandOutput): Iterable<StoredObject> {
    const root = this.#config.prefix === '' ? 0 : this.#config.prefix.length + 1;
    for (const { Key, Size, LastModified } of page.Contents ?? []) {
      if (Key !== undefined && !Key.endsWith('/')) yield storedObject(call, Key.slice(root), Size, LastModified);
    }
  }

  /** Fails with `NotFound` when the bucket is missing, which the 404 of a HEAD cannot tell from a missing object. */
  async #proveBucket(call: StoreCall): Promise<void> {
    if (this.#bucketSeen) return;
    try {
      const input = { Bucket: this.#config.bucket };
      await this.#clients.repeating.send(new HeadBucketCommand(input), sendOptions(call.signal));
      this.#bucketSeen = true;
    } catch (error) {
      if (isUntold404(error) || statusOf(error) === 404) {
        const message = `${describeCall(call)} found no bucket "${this.#config.bucket}": create it, or correct the zone's store settings.`;
        throw new OutsideFailure('NotFound', call.system, message, { status: 404, cause: error });
      }
      throw s3Failure(call, error);
    }
  }
}

function sendOptions(
  signal: AbortSignal | undefined,
  bytes = 0,
): { abortSignal?: AbortSignal; requestTimeout: number } {
  return { requestTimeout: sendTimeoutMs(bytes), ...(signal === undefined ? {} : { abortSignal: signal }) };
}

function isSize(size: number | undefined): size is number {
  return Number.isSafeInteger(size) && size! >= 0;
}

/** A page of a proxy, too, has status 200; only the store itself tells what it made of the bytes. */
function requireTag(call: StoreCall, { ETag }: { ETag?: string | undefined }): void {
  if (ETag !== undefined) return;
  const message = `${describeCall(call)}: the answer has no ETag, so nothing says that the object was written.`;
  throw new OutsideFailure('BadAnswer', call.system, message);
}

function storedObject(call: StoreCall, key: string, size: number | undefined, modified: Date | undefined) {
  if (!isSize(size) || modified === undefined || Number.isNaN(modified.getTime())) {
    throw new OutsideFailure(
      'BadAnswer',
      call.system,
      `${describeCall(call)}: the answer lacks ${key}'s size or time.`,
    );
  }
  return { key, sizeBytes: size, modifiedAt: modified };
}
