/** docs/testing.md says of kinds of tests and of proofs what their tables in the code say, and where moved tests went. */
import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { kinds, type Kind } from '../../kinds.ts';
import { proofs } from '../../prove/proofs.ts';
import { codeOf, readDocument, repoRoot, tableRows } from './documents.ts';

const text = readDocument('docs/testing.md');

test('every kind of test is described, in order, with what it needs', () => {
  const rows = tableRows(text, ['kind', 'its tests stand on', 'needs', 'minutes']);
  const real = Object.entries<Kind>(kinds).map(([kind, { on, tools }]) => [
    `\`${kind}\``,
    on,
    tools.length === 0 ? 'nothing but npm' : 'the toolchain',
  ]);
  expect(rows.map((row) => row.slice(0, 3))).toEqual(real);
});

test('`npm test -- unit replay simulation` needs nothing but npm', () => {
  expect([kinds.unit, kinds.replay, kinds.simulation].flatMap(({ tools }) => tools)).toEqual([]);
});

describe('proofs', () => {
  const rows = tableRows(text, ['proof', 'what must hold', 'was in 0.1.0']);

  test('are all described, in the words that `npm run prove` lists', () => {
    const real = Object.entries(proofs).map(([name, { about }]) => [`\`${name}\``, about]);
    expect(rows.map((row) => row.slice(0, 2))).toEqual(real);
  });

  const moved = rows.filter(([, , before]) => before !== '');
  test.each(moved.map(([proof, , before]) => [codeOf(proof)!, codeOf(before)!]))(
    '%s has what %s held, which is no more',
    (proof, before) => {
      expect(existsSync(`${repoRoot}/test/prove/${proof}.test.ts`)).toBe(true);
      expect(before).toMatch(/^test\/.+\.test\.ts$/);
      expect(existsSync(`${repoRoot}/${before}`)).toBe(false);
    },
  );
});
