/** Writes big-endian values one after the other, as Java's DataOutputStream does. */
import { Buffer } from 'node:buffer';

export class ByteWriter {
  readonly #pieces: Buffer[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  i8(value: number): this {
    return this.bytes(Uint8Array.of(value & 0xff));
  }

  i32(value: number): this {
    const piece = Buffer.alloc(4);
    piece.writeInt32BE(value | 0);
    return this.bytes(piece);
  }

  i64(value: number | bigint): this {
    const piece = Buffer.alloc(8);
    piece.writeBigInt64BE(BigInt(value));
    return this.bytes(piece);
  }

  longs(values: readonly number[]): this {
    this.i32(values.length);
    for (const value of values) this.i64(value);
    return this;
  }

  /** `writeUTF`, written here once more by Java's rules so that the reader is not tested against itself. */
  text(value: string): this {
    const units = value.split('').map((unit) => {
      const code = unit.charCodeAt(0);
      if (code === 0) return Buffer.from([0xc0, 0x80]);
      if (code < 0x800) return Buffer.from(unit, 'utf8');
      return Buffer.from([0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63)]);
    });
    const encoded = Buffer.concat(units);
    const prefix = Buffer.alloc(2);
    prefix.writeUInt16BE(encoded.length);
    return this.bytes(prefix).bytes(encoded);
  }

  bytes(piece: Uint8Array): this {
    this.#pieces.push(Buffer.from(piece));
    this.#length += piece.length;
    return this;
  }

  blob(piece: Uint8Array): this {
    return this.i32(piece.length).bytes(piece);
  }

  done(): Uint8Array {
    return new Uint8Array(Buffer.concat(this.#pieces));
  }
}
