import { describe, expect, it } from 'vitest';
import { checkBorders } from '../../borders/check-borders.ts';
import { importsOf } from '../../borders/imports-of.ts';
import { repoRoot } from '../docs/documents.ts';

describe('imports of a text', () => {
  it.each([
    ["import { a } from './a.ts';", './a.ts', false],
    ["import a, {\n  b,\n  type C,\n} from 'zod';", 'zod', false],
    ["import { type A } from './a.ts';", './a.ts', false],
    ["import type { A } from './a.ts';", './a.ts', true],
    ["import type from './a.ts';", './a.ts', false],
    ["import './a.ts';", './a.ts', false],
    ["export { a } from './a.ts';", './a.ts', false],
    ["export * from './a.ts';", './a.ts', false],
    ["export type { A } from './a.ts';", './a.ts', true],
    ["  const { a } = await import('./a.ts');", './a.ts', false],
    ["let a: typeof import('./a.ts');", './a.ts', true],
  ])('%s', (text, specifier, types) => {
    expect(importsOf(`const before = 1;\n${text}\n`)).toEqual([{ specifier, types }]);
  });

  it('are not what a comment or an export of its own says', () => {
    expect(importsOf("/**\n * import('./a.ts') is slow\n */\nexport const a = from('./b.ts');\n")).toEqual([]);
  });
});

it('no import of this repository crosses a border', () => {
  expect(checkBorders(repoRoot)).toEqual([]);
});
