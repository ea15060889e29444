/**
 * A percentile by nearest rank: the smallest of the values that at least `share` (0 to 1) of them do not exceed.
 * Always one of the values, so a report never shows a time that no job took. Null for no values.
 */
export function nearestRank(values: readonly number[], share: number): number | null {
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
  const rank = Math.min(sorted.length, Math.max(1, Math.ceil(share * sorted.length)));
  return sorted[rank - 1]!;
}

/** The largest value, null for none. Not Math.max(...values): a spread of 10,000s of values can overflow the stack. */
export function largest(values: readonly number[]): number | null {
  return values.reduce<number | null>((most, value) => (most === null || value > most ? value : most), null);
}
