/** The zones' network: a namespace each, a cable to the host, routes between them and none out of the machine. */
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, rmdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { labHome, labRange, type LabZone } from '../layout.ts';
import { runCommand } from './run-command.ts';

const ip = (...args: string[]) => runCommand('ip', args);
const inZone = (zone: LabZone, ...args: string[]) => runCommand('nsenter', [`--net=/run/netns/${zone.netns}`, ...args]);

const forwardFile = '/proc/sys/net/ipv4/ip_forward';
/** What the host's settings were before the lab, so that taking it down gives them back. */
const formerFile = join(labHome, 'host-settings.json');

interface FormerSettings {
  forwarding: string;
  namespacesMounted: boolean;
}

const forwardRule = ['-i', 've-az-+', '-m', 'comment', '--comment', 'az-escape lab', '-j', 'ACCEPT'];

/** Prepares the host: forwarding between zones, and the net below the lab's addresses. */
export async function prepareHost(): Promise<void> {
  const forwarding = readFileSync(forwardFile, 'utf8').trim();
  if (!existsSync(formerFile)) {
    mkdirSync(dirname(formerFile), { recursive: true });
    const former: FormerSettings = { forwarding, namespacesMounted: namespacesMounted() };
    writeFileSync(formerFile, JSON.stringify(former));
  }
  if (forwarding !== '1') writeFileSync(forwardFile, '1');
  // Without it, what is meant for a zone whose cable is gone would leave the machine by its default route.
  await ip('route', 'replace', 'unreachable', labRange, 'metric', '4000');
  // Docker and others set the host's policy to DROP; a rule is added only there, as it would load iptables' tables.
  if (await forwardPolicyIsDrop()) {
    await runCommand('iptables', ['-C', 'FORWARD', ...forwardRule]).catch(() =>
      runCommand('iptables', ['-I', 'FORWARD', ...forwardRule]),
    );
  }
}

async function forwardPolicyIsDrop(): Promise<boolean> {
  const rules = await runCommand('iptables-save', ['-t', 'filter']).catch(() => '');
  return /^:FORWARD DROP/m.test(rules);
}

/** Whether a zone's namespace and cable are there. */
export function networkExists(zone: LabZone): boolean {
  return existsSync(`/run/netns/${zone.netns}`) && existsSync(`/sys/class/net/${zone.veth}`);
}

/** Creates a zone's namespace, cable, addresses and routes, unless they are there. */
export async function createNetwork(zone: LabZone): Promise<void> {
  if (networkExists(zone) && (await networkIsComplete(zone))) return;
  await removeNetwork(zone);
  await ip('netns', 'add', zone.netns);
  await ip('link', 'add', zone.veth, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', zone.netns);
  writeSetting(`net/ipv6/conf/${zone.veth}/disable_ipv6`, '1');
  await runCommand('ip', ['-batch', '-'], {
    input: `addr add ${zone.gateway}/24 dev ${zone.veth}
link set ${zone.veth} up
`,
  });
  // No default route: of the world the zone knows the lab alone.
  await inZone(
    zone,
    'sh',
    '-ec',
    `ip addr add ${zone.ip}/24 dev eth0; ip link set eth0 up; ip link set lo up
     ip route add ${labRange} via ${zone.gateway}
     echo 1 > /proc/sys/net/ipv4/ip_forward
     [ ! -e /proc/sys/net/bridge/bridge-nf-call-iptables ] || echo 1 > /proc/sys/net/bridge/bridge-nf-call-iptables`,
  );
  await ip('route', 'replace', zone.podCidr, 'via', zone.ip);
  // Last: its presence means that all the rest is there.
  await ip('route', 'replace', zone.serviceCidr, 'via', zone.ip);
}

async function networkIsComplete(zone: LabZone): Promise<boolean> {
  return (await ip('route', 'show', zone.serviceCidr)).includes(zone.veth);
}

function writeSetting(path: string, value: string): void {
  if (existsSync(`/proc/sys/${path}`)) writeFileSync(`/proc/sys/${path}`, value);
}

/** Removes a zone's namespace and cable; the routes go with the cable. */
export async function removeNetwork(zone: LabZone): Promise<void> {
  if (existsSync(`/sys/class/net/${zone.veth}`)) await ip('link', 'del', zone.veth);
  if (existsSync(`/run/netns/${zone.netns}`)) await ip('netns', 'del', zone.netns);
}

/** Gives the host back as it was before {@link prepareHost}. */
export async function restoreHost(): Promise<void> {
  await ip('route', 'del', 'unreachable', labRange, 'metric', '4000').catch(() => {});
  if (await forwardPolicyIsDrop()) await runCommand('iptables', ['-D', 'FORWARD', ...forwardRule]).catch(() => {});
  if (existsSync(formerFile)) {
    const former = JSON.parse(readFileSync(formerFile, 'utf8')) as FormerSettings;
    writeFileSync(forwardFile, former.forwarding);
    if (!former.namespacesMounted) await removeEmptyNamespaceMount();
    rmSync(formerFile);
  }
}

/** The first `ip netns add` of a boot mounts /run/netns over itself. */
const namespacesMounted = () => readFileSync('/proc/self/mounts', 'utf8').includes(' /run/netns ');

async function removeEmptyNamespaceMount(): Promise<void> {
  if (!existsSync('/run/netns') || readdirSync('/run/netns').length > 0) return;
  await runCommand('umount', ['/run/netns']).catch(() => {});
  try {
    rmdirSync('/run/netns');
  } catch {
    // Somebody else's.
  }
}

/** What of the lab's network the host still has: links, routes, namespaces, in words. */
export async function remainingNetwork(zones: readonly LabZone[]): Promise<string[]> {
  const left: string[] = [];
  for (const zone of zones) {
    if (existsSync(`/run/netns/${zone.netns}`)) left.push(`network namespace ${zone.netns}`);
    if (existsSync(`/sys/class/net/${zone.veth}`)) left.push(`link ${zone.veth}`);
  }
  const routes = (await ip('route', 'show', 'root', labRange)).split('\n').filter(Boolean);
  return [...left, ...routes.map((route) => `route ${route.trim()}`)];
}
