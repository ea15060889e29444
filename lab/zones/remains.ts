/**
 * What a dead zone leaves behind in the kernel and in the system's folders: mounts, sockets, CNI records. A machine
 * that lost its power has none of it when it starts again, so the lab removes it too.
 */
import { existsSync, lstatSync, readFileSync, readdirSync, readlinkSync, rmSync, rmdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { LabZone } from '../layout.ts';
import { nodePaths, podNetwork } from './node-config.ts';
import { runCommand } from './run-command.ts';

/** Mount points below a folder in the text of /proc/mounts, deepest first. */
export function mountsBelow(mounts: string, folder: string): string[] {
  return mounts
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
    .map((path) => path.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8))))
    .filter((path) => path.startsWith(`${folder}/`))
    .sort()
    .reverse();
}

/** Mount points that a zone still has. */
export const zoneMounts = (zone: LabZone) => mountsBelow(readFileSync('/proc/self/mounts', 'utf8'), zone.dir);

/** Removes what the processes of a dead zone left; its data (etcd, stores, images, logs) stays. */
export async function removeRemains(zone: LabZone): Promise<void> {
  const { containerdState, cniData, criSocket } = nodePaths(zone);
  for (const socket of shimSockets(containerdState)) rmSync(socket, { force: true });
  for (const path of zoneRecords(zone)) rmSync(path, { force: true });
  // The same path may be mounted more than once; each round takes the topmost.
  for (let round = 0; round < 5 && zoneMounts(zone).length > 0; round++) {
    for (const mounts of chunks(zoneMounts(zone), 50))
      await runCommand('umount', ['--lazy', '--', ...mounts]).catch(() => {});
  }
  const left = zoneMounts(zone);
  // Deleting below a mount would delete what is mounted: a pod's hostPath is the host's /usr.
  if (left.length > 0) throw new Error(`${zone.name}: cannot unmount ${left.join(', ')}.`);
  rmSync(containerdState, { recursive: true, force: true });
  rmSync(criSocket, { force: true });
  rmSync(`${criSocket}.ttrpc`, { force: true });
  // Addresses of pods that are gone.
  rmSync(cniData, { recursive: true, force: true });
  rmSync(join(zone.dir, 'run'), { recursive: true, force: true });
}

/** Sockets of containerd's shims: they lie in a folder common to all containerds of a machine. */
function shimSockets(stateDir: string): string[] {
  return sandboxIds(stateDir)
    .map((id) => join(taskDir(stateDir), id, 'address'))
    .filter((file) => existsSync(file))
    .map((file) => readFileSync(file, 'utf8').trim())
    .filter((address) => address.startsWith('unix:///run/containerd/s/'))
    .map((address) => address.slice('unix://'.length));
}

const taskDir = (stateDir: string) => join(stateDir, 'io.containerd.runtime.v2.task', 'k8s.io');

/** Ids of all containers that containerd ran, sandboxes among them. */
function sandboxIds(stateDir: string): string[] {
  return existsSync(taskDir(stateDir)) ? readdirSync(taskDir(stateDir)) : [];
}

/** The one path that every kubelet of a machine uses, whatever its own root is. */
const devicePlugins = '/var/lib/kubelet/device-plugins';

/** Removes the socket of that path once no kubelet listens on it, and the folders if they are empty. */
export function removeDevicePluginSocket(): void {
  const socket = join(devicePlugins, 'kubelet.sock');
  if (!existsSync(socket) || readFileSync('/proc/net/unix', 'utf8').includes(socket)) return;
  rmSync(socket);
  try {
    rmdirSync(devicePlugins);
    rmdirSync(dirname(devicePlugins));
  } catch {
    // Not empty, or a mount point: somebody else's.
  }
}

/** Files about a zone outside its folder: CNI's results and the kubelet's links to logs. */
export function zoneRecords(zone: LabZone): string[] {
  const pods = sandboxIds(nodePaths(zone).containerdState);
  const results = filesIn('/var/lib/cni/results').filter(
    (file) =>
      // The loopback's records carry no zone's name, only the pod's sandbox.
      file.includes(`/${podNetwork(zone)}-`) || pods.some((id) => file.endsWith(`/cni-loopback-${id}-lo`)),
  );
  const links = filesIn('/var/log/containers').filter(
    (file) => lstatSync(file).isSymbolicLink() && readlinkSync(file).startsWith(`${zone.dir}/`),
  );
  return [...results, ...links];
}

function filesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  const parts: T[][] = [];
  for (let start = 0; start < items.length; start += size) parts.push(items.slice(start, start + size));
  return parts;
}
