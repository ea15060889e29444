/** Builds the jar of the sample jobs and puts it where the pods look for it. */
import { copyFileSync, existsSync, mkdirSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cachePaths, repoRoot } from '../layout.ts';
import { clearLeftovers, unfinished } from './leftovers.ts';
import type { Made, MakeContext } from './making.ts';
import { mavenPackage } from './maven.ts';
import { digestOf, filesBelow } from './stamp.ts';

const project = join(repoRoot, 'lab', 'jobs', 'java');

/** In a pod it is /opt/flink/usrlib/lab-job.jar. */
export const jobJar = join(cachePaths.flink, 'usrlib', 'lab-job.jar');

/** Digest of the jobs' pom and sources; Maven's output folder does not count. */
export function jobJarDigest(): string {
  if (!existsSync(project)) return digestOf(['no sources']);
  const output = join(project, 'target');
  return digestOf(
    [],
    project,
    filesBelow([project], (path) => path !== output),
  );
}

/**
 * Leaves the jar at `jobJar`.
 * @throws BuildFailed if the sources do not compile.
 */
export async function makeJobJar(context: MakeContext): Promise<Made> {
  const pom = join(project, 'pom.xml');
  if (!existsSync(pom)) throw new Error(`The sample jobs have no ${pom}; the checkout is not complete.`);
  await mavenPackage('job-jar', pom, {}, context.signal);
  const built = join(project, 'target', 'lab-job.jar');
  if (!existsSync(built)) throw new Error(`Maven ended well but left no ${built}; its pom must name the jar so.`);
  mkdirSync(dirname(jobJar), { recursive: true });
  clearLeftovers([jobJar]);
  const temporary = unfinished(jobJar);
  copyFileSync(built, temporary);
  renameSync(temporary, jobJar);
  return { source: 'built', files: [jobJar] };
}
