/**
 * The lab's one nftables table: it cuts zones off and records what is sent to them. One table, so that taking the lab
 * down removes every rule at once.
 */
import type { LabZone } from '../layout.ts';
import { runCommand } from './run-command.ts';

export const firewallTable = 'az_escape_lab';

/** Name of the set of connection attempts towards a zone. */
export const attemptSet = (zone: LabZone) => `attempts_${zone.name.replace(/\W/g, '_')}`;
/** Name of the set of flows with packets towards a zone that open no connection. */
export const flowSet = (zone: LabZone) => `flows_${zone.name.replace(/\W/g, '_')}`;

/** The table as text for `nft -f`. */
export function renderFirewall(zones: readonly LabZone[]): string {
  // A set element is one attempt: the source port tells a retried SYN from a new connection.
  const key = 'ip saddr . ip daddr . tcp dport . tcp sport';
  const type = 'type ipv4_addr . ipv4_addr . inet_service . inet_service; size 262144; flags dynamic';
  const sets = zones.map(
    (zone) => `
  set ${attemptSet(zone)} { ${type}; }
  set ${flowSet(zone)} { ${type}; counter; }`,
  );
  const counting = zones.map(
    (zone) => `
    oifname "${zone.veth}" tcp flags & (syn|ack) == syn add @${attemptSet(zone)} { ${key} }
    oifname "${zone.veth}" tcp flags & syn != syn update @${flowSet(zone)} { ${key} }`,
  );
  // Everything to a zone passes postrouting, the host's own packets and other zones' alike; recorded first, then cut.
  return `table ip ${firewallTable} {
  set cut { type ifname; }${sets.join('')}
  chain towards {
    type filter hook postrouting priority 300; policy accept;${counting.join('')}
    oifname @cut drop
  }
  chain from {
    type filter hook prerouting priority -400; policy accept;
    iifname @cut drop
  }
}
`;
}

/** Loads the table unless it is there. */
export async function ensureFirewall(zones: readonly LabZone[]): Promise<void> {
  if (!(await firewallExists())) await runCommand('nft', ['-f', '-'], { input: renderFirewall(zones) });
}

/** Whether the table is loaded. */
export async function firewallExists(): Promise<boolean> {
  return (await runCommand('nft', ['list', 'tables'])).split('\n').includes(`table ip ${firewallTable}`);
}

/** Removes the table, and with it every rule of the lab. */
export async function removeFirewall(): Promise<void> {
  if (await firewallExists()) await runCommand('nft', ['delete', 'table', 'ip', firewallTable]);
}

/** Drops every packet to and from a zone; both sides notice nothing but silence. */
export async function cutZone(zone: LabZone): Promise<void> {
  await runCommand('nft', ['add', 'element', 'ip', firewallTable, 'cut', `{ "${zone.veth}" }`]);
}

/** Lets packets through again. */
export async function reconnectZone(zone: LabZone): Promise<void> {
  if (await isCut(zone))
    await runCommand('nft', ['delete', 'element', 'ip', firewallTable, 'cut', `{ "${zone.veth}" }`]);
}

/** Whether a zone is cut off. */
export async function isCut(zone: LabZone): Promise<boolean> {
  if (!(await firewallExists())) return false;
  const elements = await listSet('cut');
  return elements.includes(zone.veth);
}

/** The elements of a set of the table, as nft's JSON has them. */
export async function listSet(name: string): Promise<unknown[]> {
  const json = JSON.parse(await runCommand('nft', ['-j', 'list', 'set', 'ip', firewallTable, name])) as {
    nftables: { set?: { elem?: unknown[] } }[];
  };
  return json.nftables.flatMap((entry) => entry.set?.elem ?? []);
}

/** Empties sets of the table in one transaction. */
export async function flushSets(names: readonly string[]): Promise<void> {
  await runCommand('nft', ['-f', '-'], {
    input: names.map((name) => `flush set ip ${firewallTable} ${name}\n`).join(''),
  });
}
