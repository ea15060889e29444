/** A snapshot store in memory. How a request reaches it, and what may go wrong on the way, is handed in. */
import { hash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { Clock } from '../../adapters/clock.ts';
import { OutsideFailure } from '../../adapters/failure.ts';
import { probeStore } from '../../adapters/storage/probe.ts';
import type { SnapshotStore, StoredObject } from '../../adapters/storage/port.ts';

export interface Held {
  bytes: Uint8Array;
  modifiedMs: number;
}

/** By key below the store's prefix. */
export type HeldObjects = Map<string, Held>;

/** One request: `effect` runs at once and whole, as the store would do it. */
export type StoreRequest = <T>(
  operation: string,
  object: string,
  signal: AbortSignal | undefined,
  effect: () => T,
) => Promise<T>;

/** What a listing shows of what lies there. `of` tells what lies in a folder of one state of the store or another. */
export type Listing = (now: HeldObjects, of: (state: HeldObjects) => StoredObject[]) => StoredObject[];

export interface MemoryStoreSettings {
  description: string;
  objects?: HeldObjects;
  clock: Clock;
  request: StoreRequest;
  /** All of it, unless told. */
  listing?: Listing;
}

export class MemoryStore implements SnapshotStore {
  readonly description: string;
  /** What lies in it: for tests to look at and to damage. */
  readonly objects: HeldObjects;
  readonly #clock: Clock;
  readonly #request: StoreRequest;
  readonly #listing: Listing;

  constructor({ description, objects = new Map(), clock, request, listing }: MemoryStoreSettings) {
    this.description = description;
    this.objects = objects;
    this.#clock = clock;
    this.#request = request;
    this.#listing = listing ?? ((all, of) => of(all));
  }

  /** Keys below a folder, in order, without a request. */
  keys(folder: string): string[] {
    return keysBelow(this.objects, folder);
  }

  /** Writes as Flink does: not by our requests. */
  write(key: string, bytes: Uint8Array): void {
    this.objects.set(key, { bytes, modifiedMs: this.#clock.now() });
  }

  async stat(key: string, signal?: AbortSignal): Promise<StoredObject | undefined> {
    return this.#request('stat', key, signal, () => {
      const held = this.objects.get(key);
      return held && storedObject(key, held);
    });
  }

  async read(key: string, options: { maxBytes: number; signal?: AbortSignal }): Promise<Uint8Array | undefined> {
    return this.#request('read', key, options.signal, () => {
      const bytes = this.objects.get(key)?.bytes;
      if (bytes && bytes.length > options.maxBytes) {
        throw new OutsideFailure('TooLarge', this.description, `${this.description}: ${key} is longer than allowed.`);
      }
      return bytes && Uint8Array.from(bytes);
    });
  }

  async *list(prefix: string, signal?: AbortSignal): AsyncIterable<StoredObject> {
    const folder = prefix.replace(/\/+$/, '');
    yield* await this.#request('list', folder, signal, () => this.#below(folder));
  }

  async children(prefix: string, signal?: AbortSignal): Promise<{ directories: string[]; objects: StoredObject[] }> {
    const folder = prefix.replace(/\/+$/, '');
    return this.#request('children', folder, signal, () => {
      const directories = new Set<string>();
      const objects: StoredObject[] = [];
      for (const object of this.#below(folder)) {
        const [first, ...rest] = object.key.slice(folder.length + 1).split('/');
        if (rest.length > 0) directories.add(first!);
        else objects.push(object);
      }
      return { directories: [...directories], objects };
    });
  }

  async put(key: string, bytes: Uint8Array, options: { signal?: AbortSignal } = {}): Promise<void> {
    await this.#request('put', key, options.signal, () => this.write(key, Uint8Array.from(bytes)));
  }

  async openRead(key: string, options: { sizeBytes: number; signal?: AbortSignal }): Promise<Readable | undefined> {
    const bytes = await this.#request('openRead', key, options.signal, () => this.objects.get(key)?.bytes);
    if (bytes && bytes.length < options.sizeBytes) {
      throw new OutsideFailure('BadAnswer', this.description, `${this.description}: read of ${key} broke off.`);
    }
    return bytes && Readable.from([bytes.slice(0, options.sizeBytes)]);
  }

  async writeStream(
    key: string,
    body: AsyncIterable<Uint8Array>,
    options: { sizeBytes: number; signal?: AbortSignal },
  ): Promise<string> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of body) chunks.push(chunk);
    const bytes = Buffer.concat(chunks);
    if (bytes.length !== options.sizeBytes) throw new Error(`${key}: ${bytes.length} of ${options.sizeBytes} bytes`);
    await this.#request('writeStream', key, options.signal, () => this.write(key, bytes));
    return hash('sha256', bytes, 'hex');
  }

  async createIfAbsent(key: string, bytes: Uint8Array, signal?: AbortSignal): Promise<'created' | 'exists'> {
    return this.#request('createIfAbsent', key, signal, () => {
      if (this.objects.has(key)) return 'exists';
      this.write(key, Uint8Array.from(bytes));
      return 'created';
    });
  }

  async delete(key: string, signal?: AbortSignal): Promise<void> {
    await this.#request('delete', key, signal, () => {
      this.objects.delete(key);
    });
  }

  /** A folder is there as long as something lies in it. */
  async removeFolder(prefix: string, signal?: AbortSignal): Promise<void> {
    await this.#request('removeFolder', prefix, signal, () => {});
  }

  async probe(deadlineMs: number): Promise<void> {
    await probeStore(this.#clock, this, this.description, deadlineMs);
  }

  async close(): Promise<void> {}

  #below(folder: string): StoredObject[] {
    return this.#listing(this.objects, (state) =>
      keysBelow(state, folder).map((key) => storedObject(key, state.get(key)!)),
    );
  }
}

function keysBelow(objects: HeldObjects, folder: string): string[] {
  return [...objects.keys()].filter((key) => key.startsWith(`${folder}/`)).sort();
}

function storedObject(key: string, { bytes, modifiedMs }: Held): StoredObject {
  return { key, sizeBytes: bytes.length, modifiedAt: new Date(modifiedMs) };
}
