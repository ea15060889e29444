/** Writes tar archives in the ustar format (POSIX.1-1988): all a container image's layer needs. */

/** One entry; `name` without a leading slash, at most 100 bytes, as the lab's few names are. */
export type TarEntry =
  | { kind: 'folder'; name: string; mode?: number }
  | { kind: 'file'; name: string; mode?: number; content: Uint8Array }
  | { kind: 'link'; name: string; to: string };

const block = 512;
const typeFlags = { file: '0', link: '2', folder: '5' } as const;

/**
 * The archive, with owner root and time 0, so that equal entries give equal bytes.
 * @throws if a name or a link's target is longer than 100 bytes.
 */
export function writeTar(entries: readonly TarEntry[]): Buffer {
  const parts: Uint8Array[] = [];
  for (const entry of entries) {
    const content = entry.kind === 'file' ? entry.content : new Uint8Array();
    parts.push(header(entry, content.length), content, new Uint8Array((block - (content.length % block)) % block));
  }
  parts.push(new Uint8Array(2 * block));
  return Buffer.concat(parts);
}

function header(entry: TarEntry, size: number): Buffer {
  const bytes = Buffer.alloc(block);
  const name = entry.kind === 'folder' ? `${entry.name}/` : entry.name;
  const to = entry.kind === 'link' ? entry.to : '';
  for (const text of [name, to]) {
    if (Buffer.byteLength(text) > 100) throw new Error(`"${text}" is too long for a tar entry (100 bytes).`);
  }
  const mode = entry.kind === 'link' ? 0o777 : (entry.mode ?? (entry.kind === 'folder' ? 0o755 : 0o644));
  bytes.write(name, 0);
  bytes.write(octal(mode, 7), 100);
  bytes.write(octal(0, 7), 108);
  bytes.write(octal(0, 7), 116);
  bytes.write(octal(size, 11), 124);
  bytes.write(octal(0, 11), 136);
  // The check sum is taken over the header with spaces in its own place.
  bytes.write('        ', 148);
  bytes.write(typeFlags[entry.kind], 156);
  bytes.write(to, 157);
  bytes.write('ustar\u000000', 257);
  bytes.write('root', 265);
  bytes.write('root', 297);
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  bytes.write(`${octal(sum, 6)}\u0000 `, 148);
  return bytes;
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0');
}
