import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { progressBar } from '../../../cli/render/bar.ts';

describe('progressBar', () => {
  it.each([
    [{ done: 0, total: 10 }, '░░░░░░░░░░'],
    [{ done: 10, total: 10 }, '██████████'],
    [{ done: 5, begun: 2, troubled: 1, total: 10 }, '█████×▒▒░░'],
    [{ done: 999, total: 1_000 }, '█████████░'],
    [{ done: 1, total: 1_000 }, '█░░░░░░░░░'],
    [{ done: 998, troubled: 1, begun: 1, total: 1_000 }, '████████×▒'],
    [{ done: 0, total: 0 }, '░░░░░░░░░░'],
  ])('%j', (parts, bar) => {
    expect(progressBar(parts, 10)).toBe(bar);
  });

  it('is always as wide as asked, and full only when all is done', () => {
    const count = fc.nat({ max: 5_000 });
    fc.assert(
      fc.property(count, count, count, count, fc.integer({ min: 4, max: 80 }), (done, troubled, begun, rest, width) => {
        const bar = progressBar({ done, troubled, begun, total: done + troubled + begun + rest }, width);
        expect(bar).toHaveLength(width);
        expect(bar.includes('×')).toBe(troubled > 0);
        expect(bar === '█'.repeat(width)).toBe(done > 0 && troubled + begun + rest === 0);
      }),
    );
  });
});
