/**
 * The cgroups of a zone: every process of it is in one tree, so that a fault reaches them all, pods included.
 *
 * Version 1 (separate hierarchies) is what this was run on. Version 2 (one hierarchy) is written to the kernel's
 * documentation and has not been run.
 */
import { existsSync, mkdirSync, readFileSync, readdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { labCgroup } from '../layout.ts';

const root = '/sys/fs/cgroup';
const isVersion2 = existsSync(join(root, 'cgroup.controllers'));

/** Mount points of cgroup hierarchies of one version (`cgroup` is the first) in the text of /proc/mounts. */
export function parseCgroupMounts(mounts: string, type: 'cgroup' | 'cgroup2'): string[] {
  return mounts
    .split('\n')
    .map((line) => line.split(' '))
    .filter((fields) => fields[2] === type)
    .map((fields) => fields[1]!);
}

function hierarchies(): string[] {
  return isVersion2 ? [root] : parseCgroupMounts(readFileSync('/proc/self/mounts', 'utf8'), 'cgroup');
}

/** Beside version 1, systemd mounts an empty version 2 hierarchy, in which runc makes its groups, too. */
function allHierarchies(): string[] {
  return isVersion2
    ? [root]
    : [...hierarchies(), ...parseCgroupMounts(readFileSync('/proc/self/mounts', 'utf8'), 'cgroup2')];
}

/** The hierarchy that lists and freezes: pods and components are all in it. */
function rosterHierarchy(): string {
  if (isVersion2) return root;
  const freezer = hierarchies().find((mount) => mount.split('/').pop()!.split(',').includes('freezer'));
  if (!freezer)
    throw new Error(
      'The freezer cgroup is not mounted: mount it (mount -t cgroup -o freezer …) or boot with cgroup v2.',
    );
  return freezer;
}

const roster = (owner: string) => join(rosterHierarchy(), labCgroup, owner);

/** The cgroup root for a zone's kubelet, as a path inside each hierarchy. */
export const kubeletCgroupRoot = (owner: string) => `/${labCgroup}/${owner}`;

/** Creates the cgroups of a zone (or of another owner) and answers the `cgroup.procs` file for its components. */
export function createCgroups(owner: string): string {
  for (const mount of hierarchies()) {
    for (const path of [join(mount, labCgroup), join(mount, labCgroup, owner)]) {
      mkdirSync(path, { recursive: true });
      if (isVersion2) delegateControllers(path);
      else inheritCpuset(path, join(path, '..'));
    }
  }
  // A leaf of their own for the components: version 2 allows no processes in a group that has children.
  const leaf = join(roster(owner), 'machine');
  mkdirSync(leaf, { recursive: true });
  return join(leaf, 'cgroup.procs');
}

/** Takes a running process into an owner's cgroups. */
export function addToCgroup(owner: string, pid: number): void {
  try {
    writeFileSync(join(roster(owner), 'machine', 'cgroup.procs'), String(pid));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** A new version 1 cpuset has no CPU and takes no process until it is given some. */
function inheritCpuset(path: string, parent: string): void {
  for (const file of ['cpuset.cpus', 'cpuset.mems']) {
    const own = join(path, file);
    if (existsSync(own) && readFileSync(own, 'utf8').trim() === '')
      writeFileSync(own, readFileSync(join(parent, file), 'utf8'));
  }
}

function delegateControllers(path: string): void {
  for (const name of readFileSync(join(path, 'cgroup.controllers'), 'utf8').trim().split(' '))
    if (['cpu', 'cpuset', 'memory', 'pids', 'io', 'hugetlb'].includes(name))
      writeFileSync(join(path, 'cgroup.subtree_control'), `+${name}`);
}

/** All pids in an owner's cgroups, children of children too. */
export function cgroupPids(owner: string): number[] {
  const pids: number[] = [];
  const visit = (path: string) => {
    try {
      for (const pid of readFileSync(join(path, 'cgroup.procs'), 'utf8').split('\n')) if (pid) pids.push(Number(pid));
    } catch {
      return; // Removed meanwhile, or a threaded group of version 2.
    }
    for (const child of childGroups(path)) visit(child);
  };
  visit(roster(owner));
  return pids;
}

/** Pids of an owner's pods: those that are not its own components. */
export function podPids(owner: string): number[] {
  const own = new Set(readPids(join(roster(owner), 'machine')));
  return cgroupPids(owner).filter((pid) => !own.has(pid));
}

function readPids(path: string): number[] {
  try {
    return readFileSync(join(path, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

function childGroups(path: string): string[] {
  try {
    return readdirSync(path, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => join(path, entry.name));
  } catch {
    return [];
  }
}

/** Stops the clock of every process of an owner: they keep memory and sockets, and answer nothing. */
export async function freezeCgroup(owner: string, timeoutMs = 10_000): Promise<void> {
  await setFrozen(owner, true, timeoutMs);
}

/** Lets a frozen owner go on. */
export async function thawCgroup(owner: string, timeoutMs = 10_000): Promise<void> {
  if (existsSync(roster(owner))) await setFrozen(owner, false, timeoutMs);
}

async function setFrozen(owner: string, frozen: boolean, timeoutMs: number): Promise<void> {
  const path = roster(owner);
  const deadline = Date.now() + timeoutMs;
  if (isVersion2) writeFileSync(join(path, 'cgroup.freeze'), frozen ? '1' : '0');
  for (;;) {
    // Version 1 stays FREEZING while a process is in an uninterruptible sleep; writing again makes it try again.
    if (!isVersion2) writeFileSync(join(path, 'freezer.state'), frozen ? 'FROZEN' : 'THAWED');
    if (isFrozen(owner) === frozen) return;
    if (Date.now() > deadline)
      throw new Error(`${owner} could not be ${frozen ? 'frozen' : 'thawed'} within ${timeoutMs / 1000} s: ${path}`);
    await sleep(20);
  }
}

/** Whether all processes of an owner are frozen. */
export function isFrozen(owner: string): boolean {
  const path = roster(owner);
  try {
    return isVersion2
      ? /^frozen 1$/m.test(readFileSync(join(path, 'cgroup.events'), 'utf8'))
      : readFileSync(join(path, 'freezer.state'), 'utf8').trim() === 'FROZEN';
  } catch {
    return false;
  }
}

/** The cgroup folders that exist for an owner, in all hierarchies. */
export function existingCgroups(owner: string): string[] {
  return allHierarchies()
    .map((mount) => join(mount, labCgroup, owner))
    .filter((path) => existsSync(path));
}

/** Removes an owner's cgroups; they must hold no process any more. Answers those that could not be removed. */
export async function removeCgroups(owner: string, timeoutMs = 3_000): Promise<string[]> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    for (const path of existingCgroups(owner)) removeTree(path);
    const left = existingCgroups(owner);
    if (left.length === 0 || Date.now() > deadline) {
      for (const mount of allHierarchies()) tryRemove(join(mount, labCgroup));
      return left;
    }
    // The kernel lets go of a killed process's cgroup a moment after the process.
    await sleep(50);
  }
}

function removeTree(path: string): void {
  for (const child of childGroups(path)) removeTree(child);
  tryRemove(path);
}

function tryRemove(path: string): void {
  try {
    rmdirSync(path);
  } catch {
    // Busy or not there: the caller looks again.
  }
}
