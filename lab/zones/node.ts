/** A zone's one node: containerd, kubelet, kube-proxy. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cachePaths, labPorts, type LabZone } from '../layout.ts';
import { imageName } from '../toolchain/image.ts';
import { answersOk } from './ask.ts';
import type { Component } from './component.ts';
import { kubeconfigFile } from './credentials.ts';
import { objectIs } from './kube-api.ts';
import {
  nodePaths,
  renderCniConfig,
  renderContainerdConfig,
  renderKubeletConfig,
  renderKubeProxyConfig,
} from './node-config.ts';
import { processStartedAtMs } from './process.ts';
import { runCommand } from './run-command.ts';

/** Writes the node's configuration files and folders. */
export function writeNodeConfig(zone: LabZone): void {
  const paths = nodePaths(zone);
  for (const dir of [paths.containerdRoot, paths.containerdState, paths.cniData, paths.kubeletRoot, paths.podLogs])
    mkdirSync(dir, { recursive: true });
  writeConfig(paths.containerdConfig, renderContainerdConfig(zone));
  writeConfig(paths.cniConfig, renderCniConfig(zone));
  writeConfig(paths.kubeletConfig, renderKubeletConfig(zone));
  writeConfig(paths.kubeProxyConfig, renderKubeProxyConfig(zone));
  // Pods resolve nothing: the lab has no DNS, and the host's must not be asked in its place.
  writeConfig(paths.resolvConf, `nameserver ${zone.ip}\n`);
}

/** Writes a file whole or not at all. */
export function writeConfig(file: string, text: string): void {
  if (existsSync(file) && readFileSync(file, 'utf8') === text) return;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
}

/** The container runtime. */
export function containerd(zone: LabZone): Component {
  const paths = nodePaths(zone);
  return {
    name: 'containerd',
    command: 'containerd',
    args: ['--config', paths.containerdConfig, '--log-level', 'warn'],
    ready: async () => {
      // A bound from outside: ctr waits for ever for a runtime that accepts and does not answer.
      await runCommand('ctr', ['--address', paths.criSocket, 'version'], { timeoutMs: 2_000 });
      return undefined;
    },
  };
}

/** Gives the runtime the lab's image unless it has exactly this one. */
export async function loadImage(zone: LabZone): Promise<void> {
  const loadedFile = join(zone.dir, 'containerd', 'image.sha256');
  const digest = createHash('sha256').update(readFileSync(cachePaths.image)).digest('hex');
  const loaded = existsSync(loadedFile) ? readFileSync(loadedFile, 'utf8') : '';
  const ctr = (...args: string[]) =>
    runCommand('ctr', ['--address', nodePaths(zone).criSocket, '--namespace', 'k8s.io', 'images', ...args]);
  const isListed = async () => (await ctr('list', '--quiet')).split('\n').includes(imageName);
  if (loaded === digest && (await isListed())) return;
  await ctr('import', cachePaths.image);
  if (!(await isListed()))
    throw new Error(
      `${cachePaths.image} does not hold ${imageName}: remove the file and run "az-escape lab up" again.`,
    );
  writeConfig(loadedFile, digest);
}

/** The kubelet; its node is labelled with the zone, as a cloud would. */
export function kubelet(zone: LabZone): Component {
  const paths = nodePaths(zone);
  return {
    name: 'kubelet',
    command: join(cachePaths.bin, 'kubelet'),
    args: [
      `--config=${paths.kubeletConfig}`,
      `--kubeconfig=${kubeconfigFile(zone, 'kubelet')}`,
      `--root-dir=${paths.kubeletRoot}`,
      `--cert-dir=${join(zone.dir, 'pki', 'kubelet')}`,
      `--hostname-override=${zone.nodeName}`,
      `--node-ip=${zone.ip}`,
      `--node-labels=topology.kubernetes.io/zone=${zone.name},lab/real=true`,
    ],
    // Since this kubelet's start: a node that lost its power still reads Ready for a while.
    ready: () => nodeIsReady(zone, processStartedAtMs(zone.dir, 'kubelet') ?? 0)(),
  };
}

interface NodeObject {
  status?: { conditions?: { type: string; status: string; lastHeartbeatTime: string }[] };
}

/** A check that the node says Ready, and said so after `sinceMs`. */
function nodeIsReady(zone: LabZone, sinceMs: number) {
  return objectIs(
    zone,
    `/api/v1/nodes/${zone.nodeName}`,
    `node ${zone.nodeName} is not Ready`,
    (node: NodeObject) =>
      node.status?.conditions?.some(
        ({ type, status, lastHeartbeatTime }) =>
          // The API server's times have whole seconds.
          type === 'Ready' && status === 'True' && Date.parse(lastHeartbeatTime) >= Math.floor(sinceMs / 1000) * 1000,
      ) ?? false,
  );
}

/** Service addresses. */
export function kubeProxy(zone: LabZone): Component {
  return {
    name: 'kube-proxy',
    command: join(cachePaths.bin, 'kube-proxy'),
    args: [`--config=${nodePaths(zone).kubeProxyConfig}`],
    ready: answersOk(`http://${zone.ip}:${labPorts.kubeProxyHealth}/healthz`),
  };
}
