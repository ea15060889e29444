/** Work on many things, a few at a time: p-map, with what a failure means for the others. */
import pMap, { pMapSettled, pMapSkip } from 'p-map';

/**
 * Calls `act` for each item, at most `atOnce` of them at a time, in their order. After the first failure none is begun
 * any more, and it is thrown when those under way have ended: p-map by itself would throw while they still act.
 */
export async function forEachAtOnce<T>(
  items: Iterable<T>,
  atOnce: number,
  act: (item: T) => Promise<void>,
): Promise<void> {
  let failed: { error: unknown } | undefined;
  const actUnlessFailed = async (item: T): Promise<typeof pMapSkip> => {
    try {
      if (!failed) await act(item);
    } catch (error) {
      failed ??= { error };
    }
    return pMapSkip;
  };
  await pMap(items, actUnlessFailed, { concurrency: atOnce });
  if (failed) throw failed.error;
}

/** The same where no failure keeps another from being begun: how each ended, in their order. */
export async function settleEachAtOnce<T, R>(
  items: Iterable<T>,
  atOnce: number,
  act: (item: T) => Promise<R>,
): Promise<PromiseSettledResult<R>[]> {
  return pMapSettled(items, act, { concurrency: atOnce });
}
