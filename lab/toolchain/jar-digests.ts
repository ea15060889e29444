/** Maven has no lock file: the digests of all jars of a pom lie beside it, in the format of sha256sum. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { filesBelow } from './stamp.ts';

/** What differs between a list of digests and the jars that came; empty when all agree. */
export function compareDigests(expected: ReadonlyMap<string, string>, actual: ReadonlyMap<string, string>): string[] {
  const differences: string[] = [];
  for (const [jar, digest] of expected) {
    const found = actual.get(jar);
    if (found === undefined) differences.push(`${jar} is missing`);
    else if (found !== digest) differences.push(`${jar} has sha256 ${found}, not ${digest}`);
  }
  for (const jar of actual.keys()) if (!expected.has(jar)) differences.push(`${jar} is not in the list`);
  return differences;
}

/** Reads lines of `<digest>  <path>`. */
export function parseDigests(text: string): Map<string, string> {
  const lines = text.split('\n').filter((line) => line !== '');
  return new Map(lines.map((line) => [line.slice(66), line.slice(0, 64)]));
}

/** Digests of all jars below a folder, by their path inside it. */
function digestsOfJars(folder: string): Map<string, string> {
  const jars = filesBelow([folder]).filter((path) => path.endsWith('.jar'));
  return new Map(
    jars.map((jar) => [relative(folder, jar), createHash('sha256').update(readFileSync(jar)).digest('hex')]),
  );
}

/**
 * Checks what Maven brought.
 * @returns whether there was a list to check against.
 * @throws naming every jar that differs.
 */
export function verifyJars(folder: string, list: string): boolean {
  if (!existsSync(list)) return false;
  const differences = compareDigests(parseDigests(readFileSync(list, 'utf8')), digestsOfJars(folder));
  if (differences.length === 0) return true;
  throw new Error(
    `The jars that Maven brought are not those of ${list}: ${differences.join('; ')}. ` +
      'Either the repository answers with something else or the pom was changed without its list; ' +
      'delete the jar from ~/.m2/repository and try again, or record the list anew with --record-digests.',
  );
}

/** Writes the list for the jars as they are now. */
export function recordJars(folder: string, list: string): void {
  const lines = [...digestsOfJars(folder)].map(([jar, digest]) => `${digest}  ${jar}\n`);
  writeFileSync(list, lines.join(''));
}

/** The list's place beside the pom; `version` where the user may choose one. */
export const digestList = (pomFolder: string, version?: string) =>
  join(pomFolder, version === undefined ? 'jars.sha256' : `jars-${version}.sha256`);
