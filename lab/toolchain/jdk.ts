/** The JDK of the lab: 17, which Flink 1.20 and the operator 1.7.0 want, wherever the machine has it. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';

const wantedMajor = '17';
const debianFolder = '/usr/lib/jvm';

/**
 * Home of a JDK 17 (with javac), links resolved: JAVA_HOME if it is one, else one in /usr/lib/jvm, else that of the
 * javac on PATH. Undefined if the machine has none.
 */
export function findJdkHome(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const homes = [
    ...(env['JAVA_HOME'] ? [env['JAVA_HOME']] : []),
    ...(existsSync(debianFolder) ? readdirSync(debianFolder).map((name) => join(debianFolder, name)) : []),
    ...homeOfJavac(env),
  ];
  const home = homes.find(isWantedJdk);
  return home === undefined ? undefined : realpathSync(home);
}

/**
 * The same, for those who cannot do without.
 * @throws if there is none.
 */
export function jdkHome(env: NodeJS.ProcessEnv = process.env): string {
  const home = findJdkHome(env);
  if (home !== undefined) return home;
  throw new Error(
    'No JDK 17 was found (JAVA_HOME, /usr/lib/jvm, javac on PATH): apt-get install openjdk-17-jdk-headless',
  );
}

/**
 * Host folders that a container needs to run this JDK, given that it sees the host's /usr: the home if it lies
 * elsewhere, and what Debian's JDK links to (its settings in /etc, the system's certificates).
 */
export function jdkHostFolders(home: string): string[] {
  const outside = new Set<string>();
  if (!home.startsWith('/usr/')) outside.add(home);
  for (const entry of readdirSync(home, { recursive: true, withFileTypes: true })) {
    if (!entry.isSymbolicLink()) continue;
    const target = realTarget(join(entry.parentPath, entry.name));
    if (target === undefined || target.startsWith(`${home}/`) || target.startsWith('/usr/')) continue;
    outside.add(`/${target.split('/').slice(1, 3).join('/')}`);
  }
  return [...outside].sort();
}

function isWantedJdk(home: string): boolean {
  const release = join(home, 'release');
  if (!existsSync(release) || !existsSync(join(home, 'bin', 'javac'))) return false;
  return new RegExp(`^JAVA_VERSION="${wantedMajor}[."]`, 'm').test(readFileSync(release, 'utf8'));
}

function homeOfJavac(env: NodeJS.ProcessEnv): string[] {
  try {
    const javac = execFileSync('sh', ['-c', 'command -v javac'], { env, encoding: 'utf8' }).trim();
    return [dirname(dirname(realpathSync(javac)))];
  } catch {
    return [];
  }
}

function realTarget(link: string): string | undefined {
  try {
    return realpathSync(link);
  } catch {
    return undefined;
  }
}
