/** Gets one program: named in the environment, already in the cache, on PATH, or built from its pinned module. */
import { execFile } from 'node:child_process';
import {
  accessSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { cachePaths } from '../layout.ts';
import { digestOf, readStamp } from './stamp.ts';
import { clearLeftovers, unfinished } from './leftovers.ts';
import type { Made, MakeContext } from './making.ts';
import { runLogged } from './run-logged.ts';
import type { GoTool } from './tools.ts';
import { describeServing, formatVersion, readVersion, requiredVersion, serves } from './version.ts';
import type { Version } from './version.ts';

const here = dirname(fileURLToPath(import.meta.url));
const askTimeoutMs = 15_000;

/** Where a program lies for the rest of the lab. */
export const programPath = (name: string) => join(cachePaths.bin, name);

const moduleFolder = (tool: GoTool) => join(here, 'go', tool.module);

function linkerFlags(tool: GoTool): string {
  const version = requiredVersion(readFileSync(join(moduleFolder(tool), 'go.mod'), 'utf8'), tool.versionOf);
  const variables = Object.entries(tool.linkerVariables(version)).map(([name, value]) => `-X ${name}=${value}`);
  return ['-s', '-w', ...variables].join(' ');
}

/** Digest of all that decides which program is got. */
export function goToolDigest(tool: GoTool): string {
  const sums = ['go.mod', 'go.sum'].map((name) => readFileSync(join(moduleFolder(tool), name), 'utf8'));
  return digestOf([...sums, tool.package, linkerFlags(tool), process.env[tool.environment] ?? '']);
}

/** The version a program tells when asked, or undefined if it cannot be run or names none. */
export async function askVersion(path: string, tool: GoTool): Promise<Version | undefined> {
  try {
    const { stdout, stderr } = await promisify(execFile)(path, [...tool.askVersion], { timeout: askTimeoutMs });
    return readVersion(`${stdout}\n${stderr}`);
  } catch {
    return undefined;
  }
}

/**
 * Leaves the program at `programPath(tool.name)`.
 * @throws if the environment names one that does not serve, or if the build fails.
 */
export async function makeGoTool(tool: GoTool, context: MakeContext): Promise<Made> {
  const target = programPath(tool.name);
  mkdirSync(cachePaths.bin, { recursive: true });
  clearLeftovers([target]);

  const named = process.env[tool.environment];
  if (named) return link(tool, named, await namedVersion(tool, named));

  if (readStamp(tool.name) === undefined && existsSync(target)) {
    const version = await askVersion(target, tool);
    if (version && serves(version, tool.serving)) {
      return { source: 'kept', version: formatVersion(version), files: [target] };
    }
  }

  for (const found of onPath(tool.name)) {
    const version = await askVersion(found, tool);
    if (version && serves(version, tool.serving)) return link(tool, found, version);
  }
  return await build(tool, target, context);
}

async function namedVersion(tool: GoTool, path: string): Promise<Version> {
  const version = await askVersion(path, tool);
  const asked = `${path} ${tool.askVersion.join(' ')}`;
  if (!version)
    throw new Error(`${tool.environment} names ${path}, but \`${asked}\` tells no version; unset it or name another.`);
  if (serves(version, tool.serving)) return version;
  const wanted = describeServing(tool.serving);
  throw new Error(
    `${tool.environment} names ${path}, version ${formatVersion(version)}; the lab needs ${tool.name} ${wanted}.`,
  );
}

function link(tool: GoTool, path: string, version: Version): Made {
  const target = programPath(tool.name);
  const temporary = unfinished(target);
  rmSync(temporary, { force: true });
  symlinkSync(path, temporary);
  renameSync(temporary, target);
  return { source: 'found', version: formatVersion(version), files: [target] };
}

/** Programs of that name on PATH, without the cache's own folder. */
function onPath(name: string): string[] {
  const folders = (process.env['PATH'] ?? '').split(':').filter((folder) => folder && folder !== cachePaths.bin);
  return folders.map((folder) => join(folder, name)).filter(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return !lstatSync(path).isDirectory();
  } catch {
    return false;
  }
}

async function build(tool: GoTool, target: string, context: MakeContext): Promise<Made> {
  const temporary = unfinished(target);
  await runLogged({
    step: tool.name,
    command: 'go',
    args: ['build', '-mod=readonly', '-trimpath', '-ldflags', linkerFlags(tool), '-o', temporary, tool.package],
    cwd: moduleFolder(tool),
    env: { ...process.env, CGO_ENABLED: '0' },
    signal: context.signal,
  });
  const version = await askVersion(temporary, tool);
  if (!version) throw new Error(`${tool.name} was built, but does not tell its version; see ${temporary}.`);
  renameSync(temporary, target);
  return { source: 'built', version: formatVersion(version), files: [target] };
}
