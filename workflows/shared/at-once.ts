/** Work on many things, a few at a time. Written out: its order of steps is part of every history that is replayed. */

/** Calls `act` for each item, at most `atOnce` of them at a time, in their order. */
export async function forEachAtOnce<T>(
  items: readonly T[],
  atOnce: number,
  act: (item: T) => Promise<void>,
): Promise<void> {
  const queue = items.values();
  await Promise.all(
    Array.from({ length: Math.min(atOnce, items.length) }, async () => {
      for (const item of queue) await act(item);
    }),
  );
}
