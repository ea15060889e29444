/** What the machine itself must have: named all at once, with the command that brings it. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findJdkHome } from './jdk.ts';
import { compareVersions, readVersion } from './version.ts';

const goModule = join(dirname(fileURLToPath(import.meta.url)), 'go', 'kube');
const leastGo = [1, 26, 0] as const;

/** Folders in which Debian and the CNI project put the plugins. */
const cniFolders = ['/usr/lib/cni', '/opt/cni/bin'];
const cniPlugins = ['bridge', 'host-local', 'loopback', 'portmap'];

/** The first folder that holds all CNI plugins the zones use, or undefined. */
export function findCniFolder(): string | undefined {
  return cniFolders.find((folder) => cniPlugins.every((plugin) => existsSync(join(folder, plugin))));
}

export interface Prerequisite {
  name: string;
  /** `build`: only while there is something to build. */
  when: 'always' | 'build';
  isThere: () => boolean;
  /** How it comes: a Debian package, or a sentence for a person. */
  from: { debianPackage: string } | { advice: string };
}

const program = (name: string) => spawnSync('sh', ['-c', `command -v ${name}`]).status === 0;
const programs = (...names: string[]) => names.every(program);

/** In the order in which a message names them. */
export const prerequisites: readonly Prerequisite[] = [
  {
    name: 'Linux',
    when: 'always',
    isThere: () => process.platform === 'linux',
    from: { advice: 'the lab is made of network namespaces; run it on Linux, in a virtual machine if need be' },
  },
  {
    name: 'root',
    when: 'always',
    isThere: () => process.getuid?.() === 0,
    from: { advice: 'namespaces, cgroups and mounts need it; run it as root' },
  },
  {
    name: 'control groups at /sys/fs/cgroup',
    when: 'always',
    isThere: () => existsSync('/sys/fs/cgroup/cgroup.controllers') || existsSync('/sys/fs/cgroup/memory'),
    from: { advice: 'kubelet and containerd need them; mount cgroup2 there' },
  },
  {
    name: 'Go 1.26 or newer',
    when: 'build',
    isThere: hasGo,
    from: {
      advice:
        'Debian 12 and 13 have older ones; unpack the archive of https://go.dev/dl/ to /usr/local and put /usr/local/go/bin on PATH',
    },
  },
  {
    name: 'JDK 17',
    when: 'always',
    isThere: () => findJdkHome() !== undefined,
    from: { debianPackage: 'openjdk-17-jdk-headless' },
  },
  { name: 'Maven', when: 'build', isThere: () => program('mvn'), from: { debianPackage: 'maven' } },
  {
    name: 'containerd',
    when: 'always',
    isThere: () => programs('containerd', 'ctr'),
    from: { debianPackage: 'containerd' },
  },
  { name: 'runc', when: 'always', isThere: () => program('runc'), from: { debianPackage: 'runc' } },
  {
    name: `CNI plugins in ${cniFolders.join(' or ')}`,
    when: 'always',
    isThere: () => findCniFolder() !== undefined,
    from: { debianPackage: 'containernetworking-plugins' },
  },
  { name: 'iptables', when: 'always', isThere: () => program('iptables'), from: { debianPackage: 'iptables' } },
  { name: 'nftables (nft)', when: 'always', isThere: () => program('nft'), from: { debianPackage: 'nftables' } },
  { name: 'iproute2 (ip)', when: 'always', isThere: () => program('ip'), from: { debianPackage: 'iproute2' } },
  {
    name: 'util-linux (nsenter, unshare, flock, setpriv)',
    when: 'always',
    isThere: () => programs('nsenter', 'unshare', 'flock', 'setpriv'),
    from: { debianPackage: 'util-linux' },
  },
];

/** Asked inside a module: a Go from 1.21 on may fetch the newer one that go.mod asks for. */
function hasGo(): boolean {
  try {
    const answer = execFileSync('go', ['env', 'GOVERSION'], {
      cwd: goModule,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const version = readVersion(answer.replace(/^go/, ''));
    return version !== undefined && compareVersions(version, leastGo) >= 0;
  } catch {
    return false;
  }
}

/** What the machine lacks; `building` says whether the tools for building count. */
export function missingPrerequisites(building: boolean): Prerequisite[] {
  return prerequisites.filter((each) => (building || each.when === 'always') && !each.isThere());
}

/** The Debian packages among what is missing, each once. */
export function debianPackages(missing: readonly Prerequisite[]): string[] {
  return [...new Set(missing.flatMap(({ from }) => ('debianPackage' in from ? [from.debianPackage] : [])))];
}

/** One message that names all that is missing and what to do about it. */
export function describeMissing(missing: readonly Prerequisite[]): string {
  const packages = debianPackages(missing);
  const advice = missing.flatMap(({ name, from }) => ('advice' in from ? [`${name}: ${from.advice}.`] : []));
  return [
    `This machine lacks ${missing.map((each) => each.name).join(', ')}.`,
    ...(packages.length > 0 ? [`On Debian: apt-get install ${packages.join(' ')}   (or add --install)`] : []),
    ...advice,
  ].join('\n');
}
