/** Gets a folder of jars from a pom, checks each jar's digest, and prepares the folder for its use in the lab. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { digestList, recordJars, verifyJars } from './jar-digests.ts';
import { jdkHome } from './jdk.ts';
import { clearLeftovers, replaced, unfinished } from './leftovers.ts';
import type { Made, MakeContext } from './making.ts';
import { mavenPackage } from './maven.ts';
import { digestOf, filesBelow } from './stamp.ts';
import type { MavenTool } from './tools.ts';

const here = dirname(fileURLToPath(import.meta.url));
const pomFolder = (tool: MavenTool) => join(here, 'maven', tool.pom);
const listOf = (tool: MavenTool) => digestList(pomFolder(tool), tool.version?.value);

/** Digest of all that decides which jars come. */
export function mavenToolDigest(tool: MavenTool): string {
  const list = listOf(tool);
  return digestOf([
    readFileSync(join(pomFolder(tool), 'pom.xml'), 'utf8'),
    existsSync(list) ? readFileSync(list, 'utf8') : '',
    tool.version?.value ?? '',
  ]);
}

/**
 * Leaves the jars in `tool.target`.
 * @throws BuildFailed if Maven fails; an error naming each jar that is not the expected one.
 */
export async function makeMavenTool(tool: MavenTool, context: MakeContext): Promise<Made> {
  const temporary = unfinished(tool.target);
  clearLeftovers([tool.target, ...flinkParts.map((part) => join(tool.target, part))]);
  const properties: Record<string, string> = { out: temporary };
  if (tool.version) properties[tool.version.property] = tool.version.value;
  try {
    await mavenPackage(tool.name, join(pomFolder(tool), 'pom.xml'), properties, context.signal);
    if (context.recordDigests) recordJars(temporary, listOf(tool));
    else verifyJars(temporary, listOf(tool));
    prepare[tool.pom](temporary);
    return { source: 'built', files: install[tool.pom](temporary, tool.target) };
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

/** Folders of the Flink home that Maven fills. */
const flinkParts = ['lib', 'plugins', 'hadoop'];

const prepare: Record<MavenTool['pom'], (folder: string) => void> = {
  flink: () => {},
  operator: unpackCrds,
  hadoop: (folder) => {
    // NameNode and DataNode refuse to start without these, and the jars hold none of their pages.
    for (const app of ['hdfs', 'datanode', 'static']) {
      mkdirSync(join(folder, 'webapps', app, 'WEB-INF'), { recursive: true });
    }
  },
  'test-server': () => {},
};

const install: Record<MavenTool['pom'], (temporary: string, target: string) => string[]> = {
  // The home itself stays: other steps write into it, and running pods have it mounted.
  flink: (temporary, target) => {
    mkdirSync(target, { recursive: true });
    for (const part of flinkParts) replaceFolder(join(temporary, part), join(target, part));
    return filesBelow(flinkParts.map((part) => join(target, part)));
  },
  operator: replaceAll,
  hadoop: replaceAll,
  'test-server': replaceAll,
};

function replaceAll(temporary: string, target: string): string[] {
  replaceFolder(temporary, target);
  return filesBelow([target]);
}

function replaceFolder(from: string, to: string): void {
  const old = replaced(to);
  if (existsSync(to)) renameSync(to, old);
  renameSync(from, to);
  rmSync(old, { recursive: true, force: true });
}

function unpackCrds(folder: string): void {
  const api = readdirSync(folder).find((name) => name.startsWith('flink-kubernetes-operator-api-'));
  if (!api) throw new Error('The operator came without flink-kubernetes-operator-api, which holds its CRDs.');
  const crds = join(folder, 'crds');
  mkdirSync(crds);
  execFileSync(join(jdkHome(), 'bin', 'jar'), ['--extract', '--file', join(folder, api), 'META-INF/fabric8'], {
    cwd: crds,
  });
  const unpacked = join(crds, 'META-INF', 'fabric8');
  // The files named -v1beta1 are the same for API servers older than 1.16.
  for (const name of readdirSync(unpacked).filter((each) => each.endsWith('-v1.yml'))) {
    renameSync(join(unpacked, name), join(crds, name));
  }
  rmSync(join(crds, 'META-INF'), { recursive: true });
}
