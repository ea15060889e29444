/** Reads all sources and says which of their imports cross a border of the house. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, posix } from 'node:path';
import { findCrossings, type Import } from './crossings.ts';
import { exceptions, house } from './house.ts';
import { importsOf } from './imports-of.ts';

const notOurs = new Set(['node_modules', 'dist']);

/** Sources below the top-level folders, by their paths in the repository. */
function sources(root: string): string[] {
  const folders = readdirSync(root, { withFileTypes: true }).filter(
    (entry) => entry.isDirectory() && !entry.name.startsWith('.') && !notOurs.has(entry.name),
  );
  return folders.flatMap(({ name }) =>
    readdirSync(`${root}/${name}`, { recursive: true, encoding: 'utf8' })
      .filter((path) => /\.(ts|mjs)$/.test(path))
      .map((path) => `${name}/${path}`),
  );
}

function importsIn(root: string, from: string): Import[] {
  return importsOf(readFileSync(`${root}/${from}`, 'utf8')).map(({ specifier, types }) => {
    const isPackage = !specifier.startsWith('.');
    const to = isPackage ? specifier : posix.join(dirname(from), specifier);
    return { from, to, isPackage, types };
  });
}

/** A sentence for each crossing; none when all is well. */
export function checkBorders(root: string): string[] {
  return findCrossings(
    sources(root).flatMap((path) => importsIn(root, path)),
    house,
    exceptions,
  );
}
