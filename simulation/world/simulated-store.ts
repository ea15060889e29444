/** A snapshot store in memory. Its maps are shared by all who open it; nothing is lost when a worker dies. */
import { hash } from 'node:crypto';
import { Readable } from 'node:stream';
import { OutsideFailure } from '../../adapters/failure.ts';
import { probeStore } from '../../adapters/storage/probe.ts';
import type { SnapshotStore, StoredObject } from '../../adapters/storage/port.ts';
import type { Clock, Way } from '../shared/way.ts';

interface Held {
  bytes: Uint8Array;
  modifiedMs: number;
}

export class SimulatedStore implements SnapshotStore {
  readonly description: string;
  /** What lies in it, by key: for tests to look at and to damage. */
  readonly objects = new Map<string, Held>();
  readonly #way: Way;
  readonly #clock: Clock;

  constructor(way: Way, name: string, clock: Clock) {
    this.description = `store ${way.name}/${name}`;
    this.#way = way;
    this.#clock = clock;
  }

  /** Keys below a folder, in order, without a request. */
  keys(folder: string): string[] {
    return [...this.objects.keys()].filter((key) => key.startsWith(`${folder}/`)).sort();
  }

  /** Writes as Flink does: not by our requests. */
  write(key: string, bytes: Uint8Array): void {
    this.objects.set(key, { bytes, modifiedMs: this.#clock.now() });
  }

  async stat(key: string, signal?: AbortSignal): Promise<StoredObject | undefined> {
    return this.#way.request('store', 'stat', key, signal, () => this.#stored(key));
  }

  async read(key: string, options: { maxBytes: number; signal?: AbortSignal }): Promise<Uint8Array | undefined> {
    return this.#way.request('store', 'read', key, options.signal, () => {
      const bytes = this.objects.get(key)?.bytes;
      if (bytes && bytes.length > options.maxBytes) {
        throw new OutsideFailure('TooLarge', this.description, `${this.description}: ${key} is longer than allowed.`);
      }
      return bytes && Uint8Array.from(bytes);
    });
  }

  async *list(prefix: string, signal?: AbortSignal): AsyncIterable<StoredObject> {
    const folder = prefix.replace(/\/+$/, '');
    yield* await this.#way.request('store', 'list', folder, signal, () =>
      this.keys(folder).map((key) => this.#stored(key)!),
    );
  }

  async children(prefix: string, signal?: AbortSignal): Promise<{ directories: string[]; objects: StoredObject[] }> {
    const folder = prefix.replace(/\/+$/, '');
    return this.#way.request('store', 'children', folder, signal, () => {
      const directories = new Set<string>();
      const objects: StoredObject[] = [];
      for (const key of this.keys(folder)) {
        const [first, ...rest] = key.slice(folder.length + 1).split('/');
        if (rest.length > 0) directories.add(first!);
        else objects.push(this.#stored(key)!);
      }
      return { directories: [...directories], objects };
    });
  }

  async put(key: string, bytes: Uint8Array, options: { signal?: AbortSignal } = {}): Promise<void> {
    await this.#way.request('store', 'put', key, options.signal, () => this.write(key, Uint8Array.from(bytes)));
  }

  async openRead(key: string, options: { sizeBytes: number; signal?: AbortSignal }): Promise<Readable | undefined> {
    const bytes = await this.#way.request('store', 'openRead', key, options.signal, () => this.objects.get(key)?.bytes);
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
    await this.#way.request('store', 'writeStream', key, options.signal, () => this.write(key, bytes));
    return hash('sha256', bytes, 'hex');
  }

  async createIfAbsent(key: string, bytes: Uint8Array, signal?: AbortSignal): Promise<'created' | 'exists'> {
    return this.#way.request('store', 'createIfAbsent', key, signal, () => {
      if (this.objects.has(key)) return 'exists';
      this.write(key, Uint8Array.from(bytes));
      return 'created';
    });
  }

  async delete(key: string, signal?: AbortSignal): Promise<void> {
    await this.#way.request('store', 'delete', key, signal, () => {
      this.objects.delete(key);
    });
  }

  /** A folder is there as long as something lies in it. */
  async removeFolder(prefix: string, signal?: AbortSignal): Promise<void> {
    await this.#way.request('store', 'removeFolder', prefix, signal, () => {});
  }

  async probe(deadlineMs: number): Promise<void> {
    await probeStore(this, this.description, deadlineMs);
  }

  async close(): Promise<void> {}

  #stored(key: string): StoredObject | undefined {
    const held = this.objects.get(key);
    return held && { key, sizeBytes: held.bytes.length, modifiedAt: new Date(held.modifiedMs) };
  }
}
