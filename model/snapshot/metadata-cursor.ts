/** Reads big-endian values one after the other and refuses to leave the bytes. */
import { decodeModifiedUtf8 } from './modified-utf8.ts';
import type { MetadataProblem } from './types.ts';

/** Ends the reading; `readMetadata` turns it into its result. */
export class MetadataError extends Error {
  readonly problem: MetadataProblem;

  constructor(code: MetadataProblem['code'], message: string, offset: number) {
    super(message);
    this.problem = { code, message, offset };
  }
}

/**
 * A place in the bytes. Every method reads behind it and moves on, or throws `MetadataError`: nothing is allocated or
 * repeated for a length before it is known to fit in what is left, so time and memory stay in proportion to the bytes.
 */
export class MetadataCursor {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get offset(): number {
    return this.#offset;
  }

  i8(what: string): number {
    return this.#view.getInt8(this.#take(1, what));
  }

  i32(what: string): number {
    return this.#view.getInt32(this.#take(4, what));
  }

  u32(what: string): number {
    return this.#view.getUint32(this.#take(4, what));
  }

  /** An i64 that is a number of bytes or an id: not negative and small enough for a JavaScript number to be exact. */
  size(what: string): number {
    const start = this.#take(8, what);
    const value = this.#view.getBigInt64(start);
    if (value < 0n || value > BigInt(Number.MAX_SAFE_INTEGER)) {
      throw this.malformed(`${what} is ${value}, which no file can have`, start);
    }
    return Number(value);
  }

  /** 16 bytes as Flink writes an id in text: 32 hexadecimal digits. */
  id(what: string): string {
    const start = this.#take(16, what);
    let text = '';
    for (const byte of this.#bytes.subarray(start, start + 16)) text += byte.toString(16).padStart(2, '0');
    return text;
  }

  /** A text of Java's `writeUTF`: two bytes of length, then modified UTF-8. */
  text(what: string): string {
    const start = this.#offset;
    const length = this.#view.getUint16(this.#take(2, what));
    const textStart = this.#take(length, what);
    const text = decodeModifiedUtf8(this.#bytes.subarray(textStart, textStart + length));
    if (text === undefined) throw this.malformed(`${what} is no text`, start);
    return text;
  }

  /**
   * An i32 that says how many items follow, each of at least `itemBytes` (1 or more): refused if it is negative or if
   * so many cannot fit in what is left.
   */
  count(what: string, itemBytes: number): number {
    const start = this.#offset;
    const count = this.i32(`number of ${what}`);
    if (count < 0) throw this.malformed(`the number of ${what} is ${count}`, start);
    this.fit(count, itemBytes, what, start);
    return count;
  }

  /** Throws `truncated` unless `count` items of at least `itemBytes` can follow. */
  fit(count: number, itemBytes: number, what: string, at: number): void {
    const left = this.#bytes.length - this.#offset;
    if (count * itemBytes > left) {
      throw new MetadataError('truncated', `${count} ${what} cannot fit in the ${left} bytes that are left`, at);
    }
  }

  skip(length: number, what: string): void {
    this.#take(length, what);
  }

  malformed(message: string, at = this.#offset): MetadataError {
    return new MetadataError('malformed', message, at);
  }

  /** Moves over `length` bytes and gives the offset of the first. */
  #take(length: number, what: string): number {
    const start = this.#offset;
    if (length > this.#bytes.length - start) {
      throw new MetadataError('truncated', `the bytes end at ${this.#bytes.length}, within ${what}`, start);
    }
    this.#offset = start + length;
    return start;
  }
}
