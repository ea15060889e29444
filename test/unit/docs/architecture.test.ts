/** docs/architecture.md: its tower is the house's, and each walk can be followed from file to file. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, posix } from 'node:path';
import { describe, expect, test } from 'vitest';
import { house } from '../../borders/house.ts';
import { importsOf } from '../../borders/imports-of.ts';

const page = readFileSync('docs/architecture.md', 'utf8');

/** More is no walk: nobody keeps so many files in mind. */
const mostLinks = 10;

/** Files linked from the numbered steps of a section, in order, by their paths in the repository. */
function walkOf(heading: string): string[] {
  const section = page.split(/^## /m).find((one) => one.startsWith(heading));
  if (section === undefined) throw new Error(`docs/architecture.md has no section "${heading}"`);
  const steps = section.split('\n').filter((line) => /^\d+\. /.test(line));
  return steps.flatMap((step) => [...step.matchAll(/\]\(([^)#]+)\)/g)].map(([, link]) => posix.join('docs', link!)));
}

function importsFile(from: string, to: string): boolean {
  return importsOf(readFileSync(from, 'utf8')).some(
    ({ specifier }) => specifier.startsWith('.') && posix.join(dirname(from), specifier) === to,
  );
}

describe.each(['One job through a round of protection', 'One job through an escape'])('%s', (heading) => {
  const files = walkOf(heading);

  test(`is a walk of at most ${mostLinks} files that are there`, () => {
    expect(files.length).toBeGreaterThan(5);
    expect(files.length).toBeLessThanOrEqual(mostLinks);
    expect(files.filter((file) => !existsSync(file))).toEqual([]);
  });

  test.each(files.slice(1).map((file, index) => [files[index]!, file]))('%s leads to %s', (from, to) => {
    expect(importsFile(from, to)).toBe(true);
  });
});

test('every folder of the house stands in the tower', () => {
  const tower = /```text\n([\s\S]*?)```/.exec(page)![1]!;
  const told = new Set(tower.match(/[a-z]+(?=\/)/g));
  const there = Object.keys(house).filter((folder) => existsSync(folder) && folder !== 'test');
  expect(there.filter((folder) => !told.has(folder))).toEqual([]);
});
