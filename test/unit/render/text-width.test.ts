import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pad, printable, textWidth, truncate, truncateStart, wrap } from '../../../cli/render/text-width.ts';

describe('textWidth', () => {
  it.each([
    ['plain', 5],
    ['é ü ñ', 5],
    ['e\u0301', 1],
    ['\x1b[31mred\x1b[39m', 3],
    ['漢字', 4],
    ['✓ ✕ – …', 7],
    ['🚀', 2],
    ['', 0],
  ])('%j takes %d columns', (text, width) => {
    expect(textWidth(text)).toBe(width);
  });
});

describe('printable', () => {
  it('takes the power to move the cursor or turn the writing from a text', () => {
    expect(printable('a\x1b[2J\x1b]0;title\x07b\u202ec')).toBe('a\ufffd[2J\ufffd]0;title\ufffdb\ufffdc');
    expect(printable('two\n  lines\tand more')).toBe('two lines and more');
  });
});

describe('truncate', () => {
  it('cuts with an ellipsis, at either end', () => {
    expect(truncate('orders-enriched', 8)).toBe('orders-…');
    expect(truncateStart('s3://bucket/savepoint-1', 12)).toBe('…savepoint-1');
    expect(truncate('fits', 4)).toBe('fits');
    expect(truncate('x', 0)).toBe('');
  });

  it('closes every colour that it opened', () => {
    expect(truncate('\x1b[31mfailed\x1b[39m after', 4)).toBe('\x1b[31mfai…\x1b[39m');
  });

  it('never gets wider than asked', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.nat({ max: 20 }), (text, width) => {
        expect(textWidth(truncate(text, width))).toBeLessThanOrEqual(width);
        expect(textWidth(truncateStart(text, width))).toBeLessThanOrEqual(width);
        expect(textWidth(pad(text, width))).toBe(width);
        expect(textWidth(pad(text, width, 'right'))).toBe(width);
      }),
    );
  });
});

describe('wrap', () => {
  it('breaks at spaces, and a long word where it must', () => {
    expect(wrap('no room for it', 7)).toEqual(['no room', 'for it']);
    expect(wrap('a abcdefghij b', 4)).toEqual(['a', 'abcd', 'efgh', 'ij b']);
    expect(wrap('', 4)).toEqual(['']);
  });

  it('loses nothing but spaces at line ends', () => {
    const words = fc.array(fc.stringMatching(/^[a-zé漢]{1,12}$/), { minLength: 1 });
    fc.assert(
      fc.property(words, fc.integer({ min: 2, max: 30 }), (list, width) => {
        const lines = wrap(list.join(' '), width);
        expect(lines.join('').replaceAll(' ', '')).toBe(list.join(''));
        for (const line of lines) expect(textWidth(line)).toBeLessThanOrEqual(width);
      }),
    );
  });
});
