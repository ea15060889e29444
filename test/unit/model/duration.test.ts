import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatDurationMs, parseDurationMs } from '../../../model/duration.ts';

describe('durations', () => {
  test.each([
    ['500ms', 500],
    ['90s', 90_000],
    ['10m', 600_000],
    ['1h 30m', 5_400_000],
    ['1h30m', 5_400_000],
    [' 2d ', 172_800_000],
    ['1.5s', 1_500],
    ['0s', 0],
  ])('%j is %d ms', (text, ms) => {
    expect(parseDurationMs(text)).toBe(ms);
  });

  test.each(['', ' ', '10', 'm', '-5m', '5 min', '10m!', '1e3s', '5m 3', 'x10m', '1..5s', '10M'])(
    '%j is none',
    (text) => {
      expect(parseDurationMs(text)).toBeUndefined();
    },
  );

  test('are read again as they were written, to the precision that was shown', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 30 * 86_400_000 }), (ms) => {
        const again = parseDurationMs(formatDurationMs(ms));
        expect(again).toBeDefined();
        // Two units at most: an hour with its minutes, a day with its hours.
        const shown =
          ms < 1_000 ? 1 : ms < 10_000 ? 100 : ms < 3_600_000 ? 1_000 : ms < 86_400_000 ? 60_000 : 3_600_000;
        expect(Math.abs(again! - ms)).toBeLessThan(shown);
      }),
    );
  });

  test('never show sixty of a unit', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 86_400_000 }), (ms) => {
        expect(formatDurationMs(ms)).not.toMatch(/\b60 [sm]\b|\b1000 ms\b|\b10\.0 s\b/);
      }),
    );
  });
});
