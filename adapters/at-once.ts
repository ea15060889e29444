/** Work on many things, a few at a time. */

/**
 * Calls `act` for each item, at most `atOnce` of them at a time, in their order. After the first failure none is begun
 * any more, and it is thrown when those under way have ended.
 */
export async function forEachAtOnce<T>(
  items: Iterable<T>,
  atOnce: number,
  act: (item: T) => Promise<void>,
): Promise<void> {
  const queue = [...items];
  const lanes = Array.from({ length: Math.min(atOnce, queue.length) }, async () => {
    while (queue.length > 0) {
      try {
        await act(queue.shift()!);
      } catch (error) {
        queue.length = 0;
        throw error;
      }
    }
  });
  for (const lane of await Promise.allSettled(lanes)) if (lane.status === 'rejected') throw lane.reason;
}
