/** Of many jobs that share a file one copies it, and the others find it there. */
import type { Config } from '../../model/config/types.ts';
import { orAborted } from '../../adapters/or-aborted.ts';

const underWay = new WeakMap<Config, Map<string, Promise<unknown>>>();

/** Within one worker process: runs `work` once nobody else works under this key. Rejects with the signal's reason. */
export async function oneAtATime<T>(
  config: Config,
  key: string,
  work: () => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  const works = underWay.get(config) ?? new Map<string, Promise<unknown>>();
  underWay.set(config, works);
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
