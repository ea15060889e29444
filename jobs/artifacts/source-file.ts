/** A file at home that a job needs to start: seen, read for its digest, read to be copied. */
import { createHash } from 'node:crypto';
import { OutsideFailure } from '../../adapters/failure.ts';
import type { SnapshotStore, StoredObject } from '../../adapters/storage/port.ts';
import { inSteps, type Steps } from '../../adapters/storage/copy/steps.ts';
import { FileChanged, provenBytes } from './proven-bytes.ts';

/** The file cannot be had now, and why. The round goes on without it. */
export class SourceTrouble extends Error {
  override readonly name = 'SourceTrouble';
}

export interface SourceFile {
  sizeBytes: number;
  /** Changes with each write, as far as the store tells. */
  version: string;
}

/** What happens at home is no failure of the round: the peer's part may fail, and is tried again. */
export class Source {
  readonly #store: SnapshotStore;
  readonly #key: string;

  constructor(store: SnapshotStore, key: string) {
    this.#store = store;
    this.#key = key;
  }

  /** @throws SourceTrouble */
  async see(signal: AbortSignal): Promise<SourceFile> {
    const found = await this.#orTrouble(() => this.#store.stat(this.#key, signal));
    if (!found) throw new SourceTrouble(`it is not in ${this.#store.description}`);
    return { sizeBytes: found.sizeBytes, version: versionOf(found) };
  }

  /** Reads all of it, as `steps` let it. @throws SourceTrouble, also when it was replaced meanwhile */
  async digest(file: SourceFile, steps: Steps, signal: AbortSignal): Promise<string> {
    const hash = createHash('sha256');
    await this.#orTrouble(async () => {
      for await (const chunk of this.#read(file, steps, signal)) hash.update(chunk);
    });
    // A read takes the first so many bytes, whatever the file has become.
    if ((await this.see(signal)).version !== file.version) throw new SourceTrouble('it was replaced while it was read');
    return hash.digest('hex');
  }

  /** Copies it, whole and with this digest or not at all. @throws SourceTrouble; and OutsideFailure of the target */
  async copyTo(
    target: { store: SnapshotStore; key: string },
    file: SourceFile & { sha256: string },
    steps: Steps,
    signal: AbortSignal,
  ): Promise<void> {
    let trouble: unknown;
    const body = provenBytes(this.#read(file, steps, signal), file.sha256);
    const told = async function* () {
      try {
        yield* body;
      } catch (error) {
        trouble = error;
        throw error;
      }
    };
    try {
      await target.store.writeStream(target.key, told(), { sizeBytes: file.sizeBytes, signal });
    } catch (error) {
      // However the target wraps it: what broke here is not its fault.
      throw isOfSource(trouble) ? new SourceTrouble(trouble.message) : error;
    }
  }

  async *#read({ sizeBytes }: SourceFile, steps: Steps, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const passed = await inSteps(sizeBytes, steps);
    const body = await this.#store.openRead(this.#key, { sizeBytes, signal });
    if (!body) throw new SourceTrouble(`it is not in ${this.#store.description} any more`);
    try {
      yield* passed(body);
    } finally {
      body.destroy();
    }
  }

  async #orTrouble<T>(look: () => Promise<T>): Promise<T> {
    try {
      return await look();
    } catch (error) {
      throw error instanceof OutsideFailure ? new SourceTrouble(error.message) : error;
    }
  }
}

function isOfSource(error: unknown): error is Error {
  return error instanceof SourceTrouble || error instanceof FileChanged || error instanceof OutsideFailure;
}

/** S3 dates an answer to the second: its ETag tells what was written twice within one. */
function versionOf({ modifiedAt, etag }: StoredObject): string {
  return etag === undefined ? modifiedAt.toISOString() : `${modifiedAt.toISOString()} ${etag}`;
}
