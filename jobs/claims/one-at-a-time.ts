/** Of many jobs that share a file one copies it, and the others find it there. */
import { orAborted } from '../../adapters/or-aborted.ts';
import type { MemoryKey } from '../../adapters/process-memory.ts';
import type { Remembering } from '../../adapters/ports.ts';

const underWay: MemoryKey<Map<string, Promise<unknown>>> = { name: 'copies under way', make: () => new Map() };

/** Within one worker process: runs `work` once nobody else works under this key. Rejects with the signal's reason. */
export async function oneAtATime<T>(
  { memory }: Remembering,
  key: string,
  work: () => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  const works = memory.of(underWay);
  for (let other = works.get(key); other; other = works.get(key)) {
    // However it ends.
    await orAborted(
      other.then(undefined, () => {}),
      signal,
    );
  }
  const own = work();
  works.set(key, own);
  try {
    return await own;
  } finally {
    works.delete(key);
  }
}
