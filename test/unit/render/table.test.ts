import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Column, renderTable } from '../../../cli/render/table.ts';
import { textWidth } from '../../../cli/render/text-width.ts';

const columns: Column[] = [{ head: 'JOB' }, { head: 'AGE', align: 'right' }, { head: 'PATH', cut: 'start' }];

describe('renderTable', () => {
  it('aligns text to the left and numbers to the right, by width on the screen', () => {
    expect(
      renderTable(columns, [
        ['münchen', '5 s', 's3://a'],
        ['x', '1 m 10 s', '–'],
      ]),
    ).toEqual(['JOB           AGE  PATH', 'münchen       5 s  s3://a', 'x        1 m 10 s  –']);
  });

  it('takes room from the widest column, and the start from a path', () => {
    expect(renderTable(columns, [['orders', '5 s', 's3://bucket/savepoint-1']], { width: 26 })).toEqual([
      'JOB     AGE  PATH',
      'orders  5 s  …/savepoint-1',
    ]);
  });

  it('keeps a column as wide as it asks while another can give way', () => {
    const [, row] = renderTable(
      [
        { head: 'JOB', keepWidth: 12 },
        { head: 'PATH', minWidth: 4 },
      ],
      [['orders-enric', 'abcdefgh']],
      {
        width: 19,
      },
    );
    expect(row).toBe('orders-enric  abcd…');
  });

  it('paints after aligning, so that colours do not shift columns', () => {
    const red = (text: string): string => `<${text}>`;
    expect(renderTable(columns, [[{ text: 'a', paint: red }, '1', 'x']])[1]).toBe('<a  >    1  x');
  });

  it('prints no line end or sequence from a cell', () => {
    const lines = renderTable(columns, [['a\nb', '\x1b[2J', 'x']]);
    expect(lines).toHaveLength(2);
    expect(lines.join('')).not.toContain('\x1b');
  });

  it('fits any width that its columns can be cut to', () => {
    const row = fc.tuple(fc.string({ unit: 'grapheme' }), fc.string(), fc.string());
    fc.assert(
      fc.property(fc.array(row), fc.integer({ min: 16, max: 200 }), (rows, width) => {
        for (const line of renderTable(columns, rows, { width })) expect(textWidth(line)).toBeLessThanOrEqual(width);
      }),
    );
  });
});
