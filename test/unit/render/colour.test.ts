import { describe, expect, it } from 'vitest';
import { coloursFor } from '../../../cli/render/colour.ts';

describe('coloursFor', () => {
  it('paints on a terminal', () => {
    expect(coloursFor({ isTTY: true }, {}).red('x')).toBe('\x1b[31mx\x1b[39m');
    expect(coloursFor({ isTTY: true }, { NO_COLOR: '' }).bold('x')).toBe('\x1b[1mx\x1b[22m');
    expect(coloursFor({ isTTY: true }, {}).dim('')).toBe('');
  });

  it.each([
    ['a pipe', {}, {}],
    ['NO_COLOR', { isTTY: true }, { NO_COLOR: '1' }],
    ['a dumb terminal', { isTTY: true }, { TERM: 'dumb' }],
  ])('leaves text alone for %s', (_, stream, env) => {
    const colours = coloursFor(stream, env);
    for (const paint of Object.values(colours)) expect(paint('x')).toBe('x');
  });
});
