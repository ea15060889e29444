/**
 * Archives the classes of Flink's processes as the JVM lays them out in memory (class data sharing). A start of a job
 * costs a third less CPU with it, and on a small machine the time of an escape is the CPU time of its starts.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, rmdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cachePaths } from '../layout.ts';
import { flinkJarsInOrder } from './flink-home.ts';
import { jdkHome } from './jdk.ts';
import { clearLeftovers, unfinished } from './leftovers.ts';
import type { Made, MakeContext } from './making.ts';
import { runLogged } from './run-logged.ts';
import { digestOf } from './stamp.ts';

const classList = join(dirname(fileURLToPath(import.meta.url)), 'class-data', 'flink-classes.txt');
const archive = join(cachePaths.flink, 'bin', 'classes.jsa');

/** Where containers see the Flink home. */
const homeInPod = '/opt/flink';

/**
 * The archive holds the class path, and a JVM takes it only with the same one: so it is made where the home lies at
 * the place that containers see. The rest of /opt stays visible, since a JDK or this checkout may lie there.
 * Arguments: the Flink home, an empty folder to keep the old /opt in meanwhile, then the command.
 */
const atHomeInPod = `
set -e
home=$1 rest=$2
shift 2
mount --rbind /opt "$rest"
mount -t tmpfs tmpfs /opt
for folder in "$rest"/*/; do
  [ -d "$folder" ] || continue
  mkdir "/opt/$(basename "$folder")"
  mount --rbind "$folder" "/opt/$(basename "$folder")"
done
mkdir -p ${homeInPod}
mount --bind "$home" ${homeInPod}
exec "$@"
`;

/** Digest of the list, the class path and the JDK, whose every build has a layout of its own. */
export function classDataDigest(): string {
  return digestOf([
    readFileSync(classList, 'utf8'),
    readFileSync(join(jdkHome(), 'release'), 'utf8'),
    atHomeInPod,
    ...flinkJarsInOrder(),
  ]);
}

/**
 * Leaves the archive in the Flink home's bin/, where entry.sh looks for it; the jars must be there already.
 * @throws BuildFailed
 */
export async function makeClassData(context: MakeContext): Promise<Made> {
  clearLeftovers([archive]);
  mkdirSync(dirname(archive), { recursive: true });
  const temporary = unfinished(archive);
  const rest = `${temporary}-opt`;
  mkdirSync(rest);
  const inPod = (path: string) => path.replace(cachePaths.flink, homeInPod);
  const dump = [
    join(jdkHome(), 'bin', 'java'),
    '-Xshare:dump',
    '-XX:+UseSerialGC',
    '-Xmx512m',
    `-XX:SharedClassListFile=${classList}`,
    `-XX:SharedArchiveFile=${inPod(temporary)}`,
    '-classpath',
    flinkJarsInOrder()
      .map((jar) => join(homeInPod, 'lib', jar))
      .join(':'),
  ];
  await runLogged({
    step: 'class-data',
    command: 'unshare',
    args: ['--mount', '--propagation', 'private', 'sh', '-c', atHomeInPod, 'sh', cachePaths.flink, rest, ...dump],
    cwd: cachePaths.flink,
    env: process.env,
    signal: context.signal,
  });
  rmdirSync(rest);
  if (!existsSync(temporary)) throw new Error(`java -Xshare:dump ended well but left no ${temporary}.`);
  renameSync(temporary, archive);
  return { source: 'built', files: [archive] };
}
