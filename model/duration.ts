/** Durations as people write them: "90s", "10m", "1h 30m", "500ms". */

const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/**
 * The milliseconds of a duration text such as "10m" or "1h 30m"; undefined for anything else.
 * A bare number is refused on purpose: nobody agrees on its unit.
 */
export function parseDurationMs(text: string): number | undefined {
  const parts = [...text.trim().matchAll(/(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)\s*/gy)];
  if (parts.length === 0 || parts.map((part) => part[0]).join('') !== text.trim()) return undefined;
  let total = 0;
  for (const [, amount, unit] of parts) total += Number(amount) * unitMs[unit as keyof typeof unitMs];
  return Math.round(total);
}

/** A duration for people, in at most two units: "1.2 s", "3 m 5 s", "2 h 10 m". */
export function formatDurationMs(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(ms < 10_000 ? 1 : 0)} s`;
  const units: [number, string][] = [
    [unitMs.d, 'd'],
    [unitMs.h, 'h'],
    [unitMs.m, 'm'],
    [unitMs.s, 's'],
  ];
  const first = units.findIndex(([size]) => ms >= size);
  const [size, name] = units[first]!;
  const next = units[first + 1];
  const whole = Math.floor(ms / size);
  const rest = next ? Math.floor((ms % size) / next[0]) : 0;
  return next && rest > 0 ? `${whole} ${name} ${rest} ${next[1]}` : `${whole} ${name}`;
}
