/**
 * Stamps: what was made, from which inputs, and which files it left. A step is done when its stamp carries the digest
 * of today's inputs and every file is still there with its size; so a changed pom or go.sum remakes just that step.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { cacheDir } from '../layout.ts';

/** `built`: made here. `kept`: lay in the cache and serves. `found`: a link to one on PATH or named by the user. */
export type Source = 'built' | 'kept' | 'found';

export interface Stamp {
  digest: string;
  source: Source;
  /** What the tool answered when asked; absent where there is nothing to ask. */
  version?: string;
  /** Size in bytes of each file, by its path inside the cache folder. */
  files: Record<string, number>;
  /** What making it took, in seconds of wall time. */
  seconds: number;
}

/** Why a step must run, or that it need not. */
export type StepState = 'done' | 'never made' | 'inputs changed' | 'files gone';

const stampFile = (step: string) => join(cacheDir, 'stamps', `${step}.json`);

export function readStamp(step: string): Stamp | undefined {
  const file = stampFile(step);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Stamp) : undefined;
}

/** Written last, by rename: an aborted step has no stamp. */
export function writeStamp(step: string, stamp: Stamp): void {
  const file = stampFile(step);
  mkdirSync(join(cacheDir, 'stamps'), { recursive: true });
  const temporary = `${file}.${process.pid}`;
  writeFileSync(temporary, `${JSON.stringify(stamp, undefined, 2)}\n`);
  renameSync(temporary, file);
}

/** Compares a stamp with the inputs and the files of today. */
export function stateOf(stamp: Stamp | undefined, digest: string, sizeOf = sizeInCache): StepState {
  if (!stamp) return 'never made';
  if (stamp.digest !== digest) return 'inputs changed';
  const intact = Object.entries(stamp.files).every(([path, size]) => sizeOf(path) === size);
  return intact ? 'done' : 'files gone';
}

function sizeInCache(path: string): number | undefined {
  return statSync(join(cacheDir, path), { throwIfNoEntry: false })?.size;
}

/** Sizes of the files as a stamp records them; links are followed. */
export function recordFiles(files: readonly string[]): Record<string, number> {
  return Object.fromEntries(files.map((file) => [relative(cacheDir, file), statSync(file).size]));
}

/** All files below the folders or files, sorted, without those whose path the filter refuses. */
export function filesBelow(paths: readonly string[], accept: (path: string) => boolean = () => true): string[] {
  return paths
    .flatMap((path): string[] => {
      if (!accept(path)) return [];
      if (!statSync(path).isDirectory()) return [path];
      return filesBelow(
        readdirSync(path).map((name) => join(path, name)),
        accept,
      );
    })
    .sort();
}

/** One digest over texts and over the names (inside `base`) and contents of files. */
export function digestOf(texts: readonly string[], base = '', files: readonly string[] = []): string {
  const hash = createHash('sha256');
  for (const text of texts) hash.update(`${text.length}:${text}`);
  for (const file of files) {
    // Not the absolute path: checkouts in different places share the cache.
    hash.update(`${relative(base, file)}:`).update(createHash('sha256').update(readFileSync(file)).digest());
  }
  return hash.digest('hex');
}
