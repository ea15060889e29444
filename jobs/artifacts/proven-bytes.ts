/** A file that is copied under the name of its digest must have that digest: nothing else may ever lie there. */
import { createHash } from 'node:crypto';

/** The file has other bytes than when its digest was taken. */
export class FileChanged extends Error {
  override readonly name = 'FileChanged';
}

/** The same bytes; the last of them only if all together have this sha256. @throws FileChanged */
export async function* provenBytes(body: AsyncIterable<Uint8Array>, sha256: string): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  let last: Uint8Array | undefined;
  for await (const chunk of body) {
    if (last) yield last;
    hash.update(chunk);
    last = chunk;
  }
  const found = hash.digest('hex');
  if (found !== sha256) throw new FileChanged(`it has sha256 ${found}, and had ${sha256} a moment before`);
  if (last) yield last;
}
