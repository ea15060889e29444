import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeModifiedUtf8, encodeModifiedUtf8 } from '../../../model/snapshot/modified-utf8.ts';

describe('modified UTF-8', () => {
  it('gives back every text, lone surrogates included', () => {
    const units = fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 60 });
    fc.assert(
      fc.property(units, (codes) => {
        const text = String.fromCharCode(...codes);
        expect(decodeModifiedUtf8(encodeModifiedUtf8(text))).toBe(text);
      }),
    );
  });

  it.each([
    ['plain', 'abc', '616263'],
    ['NUL', '\0', 'c080'],
    ['two bytes', 'é', 'c3a9'],
    ['three bytes', '漢', 'e6bca2'],
    ['beyond U+FFFF, as two surrogates', '😀', 'eda0bdedb880'],
  ])('writes %s as Java does', (_what, text, hex) => {
    expect(Buffer.from(encodeModifiedUtf8(text)).toString('hex')).toBe(hex);
    expect(decodeModifiedUtf8(Buffer.from(hex, 'hex'))).toBe(text);
  });

  it('is UTF-8 for texts without NUL and surrogates', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme-ascii' }), (text) => {
        expect(Buffer.from(encodeModifiedUtf8(text))).toEqual(Buffer.from(text, 'utf8'));
      }),
    );
  });

  it.each(['00', '80', 'c3', 'c341', 'e6bc', 'e64142', 'f09f9880', 'ff'])('refuses %s', (hex) => {
    expect(decodeModifiedUtf8(Buffer.from(hex, 'hex'))).toBeUndefined();
  });

  it('takes the longest text that a length of two bytes allows', () => {
    const text = 'a'.repeat(65_535);
    expect(decodeModifiedUtf8(encodeModifiedUtf8(text))).toBe(text);
  });
});
