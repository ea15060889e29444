/** Puts the entry point and settings of every Flink container into the Flink home. */
import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cachePaths } from '../layout.ts';
import { orderJars } from './class-path.ts';
import { jdkHome } from './jdk.ts';
import { clearLeftovers, unfinished } from './leftovers.ts';
import type { Made } from './making.ts';
import { digestOf, filesBelow } from './stamp.ts';

const templates = join(dirname(fileURLToPath(import.meta.url)), 'flink-home');

/** The artifacts that most classes of a starting job come from, the most first. */
const classPathFirst = [
  'flink-runtime',
  'flink-core',
  'flink-streaming-java',
  'flink-kubernetes',
  'log4j-core',
  'flink-shaded-netty',
  'flink-shaded-jackson',
  'flink-shaded-guava',
  'flink-core-api',
  'flink-java',
  'log4j-api',
];

/** Names of the jars in lib/ as they stand on the class path; none while the jars are not there. */
export function flinkJarsInOrder(): string[] {
  const lib = join(cachePaths.flink, 'lib');
  const jars = existsSync(lib) ? readdirSync(lib).filter((name) => name.endsWith('.jar')) : [];
  return orderJars(jars, classPathFirst);
}

/** Digest of the templates, the JDK's place and the jars to be put in order. */
export function flinkHomeDigest(): string {
  return digestOf([jdkHome(), ...flinkJarsInOrder()], templates, filesBelow([templates]));
}

/** Leaves bin/, conf/ and the logging settings in the Flink home; the jars must be there already. */
export function makeFlinkHome(): Made {
  const home = cachePaths.flink;
  const jars = flinkJarsInOrder();
  if (jars.length === 0) throw new Error(`${join(home, 'lib')} holds no jars; the step "flink" comes first.`);
  const files = filesBelow([templates]).map((template) => {
    const file = join(home, relative(templates, template));
    mkdirSync(dirname(file), { recursive: true });
    replaceFile(file, (temporary) => copyFileSync(template, temporary));
    chmodSync(file, file.endsWith('.sh') ? 0o755 : 0o644);
    return file;
  });
  const made: Record<string, string> = { 'class-path': jars.join('\n'), 'java-home': jdkHome() };
  for (const [name, text] of Object.entries(made)) {
    const file = join(home, 'bin', name);
    replaceFile(file, (temporary) => writeFileSync(temporary, `${text}\n`));
    files.push(file);
  }
  mkdirSync(join(home, 'usrlib'), { recursive: true });
  return { source: 'built', files };
}

/** By rename, so that a container that starts just now never reads half a file. */
function replaceFile(file: string, write: (temporary: string) => void): void {
  clearLeftovers([file]);
  const temporary = unfinished(file);
  write(temporary);
  renameSync(temporary, file);
}
