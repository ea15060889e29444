/**
 * Java's modified UTF-8 (`DataOutput.writeUTF`): like UTF-8, but NUL is two bytes and a character beyond U+FFFF is its
 * two surrogates with three bytes each. A UTF-8 decoder would damage such paths, and damaged paths find no file.
 */

/**
 * The text of such bytes; undefined if they are none. Each UTF-16 unit stands for itself, so `encodeModifiedUtf8`
 * gives back bytes for every text, lone surrogates included.
 */
export function decodeModifiedUtf8(bytes: Uint8Array): string | undefined {
  const units = new Uint16Array(bytes.length);
  let length = 0;
  let at = 0;
  while (at < bytes.length) {
    const first = bytes[at]!;
    if (first > 0 && first < 0x80) {
      units[length++] = first;
      at += 1;
    } else if ((first & 0xe0) === 0xc0) {
      const second = continuation(bytes, at + 1);
      if (second === undefined) return undefined;
      units[length++] = ((first & 0x1f) << 6) | second;
      at += 2;
    } else if ((first & 0xf0) === 0xe0) {
      const second = continuation(bytes, at + 1);
      const third = continuation(bytes, at + 2);
      if (second === undefined || third === undefined) return undefined;
      units[length++] = ((first & 0x0f) << 12) | (second << 6) | third;
      at += 3;
    } else {
      return undefined;
    }
  }
  let text = '';
  // In pieces: String.fromCharCode takes its units as arguments, and their number is limited.
  for (let start = 0; start < length; start += 8_192) {
    text += String.fromCharCode(...units.subarray(start, Math.min(length, start + 8_192)));
  }
  return text;
}

/** The bytes of a text, without a length in front. */
export function encodeModifiedUtf8(text: string): Uint8Array {
  const bytes: number[] = [];
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit > 0 && unit < 0x80) bytes.push(unit);
    else if (unit < 0x800) bytes.push(0xc0 | (unit >> 6), 0x80 | (unit & 0x3f));
    else bytes.push(0xe0 | (unit >> 12), 0x80 | ((unit >> 6) & 0x3f), 0x80 | (unit & 0x3f));
  }
  return Uint8Array.from(bytes);
}

function continuation(bytes: Uint8Array, at: number): number | undefined {
  const byte = bytes[at];
  return byte !== undefined && (byte & 0xc0) === 0x80 ? byte & 0x3f : undefined;
}
