/**
 * Records what is sent to a zone over the cable, so that a test can prove that an escape asked the lost zone nothing.
 * What a cut or dead zone never received counts too: it is recorded before it is dropped.
 */
import type { LabZone } from '../layout.ts';
import { attemptSet, flowSet, flushSets, listSet } from './firewall.ts';

/** Attempts to open TCP connections to one address and port, by one sender. */
export interface TrafficLine {
  /** Sender: the zone's `gateway` for the host itself, another zone's address or pod otherwise. */
  from: string;
  /** Address in the zone: its node, a pod or a service. */
  to: string;
  port: number;
  /** Connections tried; a SYN sent again is not a second one. */
  connections: number;
  /** Packets on connections, of any age: data, acknowledgements, farewells. */
  packets: number;
}

/** Starts counting anew for a zone. There is one mark a zone: a second caller moves the first one's. */
export async function markTraffic(zone: LabZone): Promise<void> {
  await flushSets([attemptSet(zone), flowSet(zone)]);
}

/** What was sent to a zone since the mark, most connections first. */
export async function trafficSinceMark(zone: LabZone): Promise<TrafficLine[]> {
  return summarizeTraffic(await listSet(attemptSet(zone)), await listSet(flowSet(zone)));
}

type Key = [from: string, to: string, port: number, sourcePort: number];

/** Sums up the elements of the two sets, as nft's JSON has them. */
export function summarizeTraffic(attempts: readonly unknown[], flows: readonly unknown[]): TrafficLine[] {
  const lines = new Map<string, TrafficLine>();
  const lineOf = ([from, to, port]: Key) => {
    const id = `${from} ${to} ${port}`;
    const line = lines.get(id) ?? { from, to, port, connections: 0, packets: 0 };
    lines.set(id, line);
    return line;
  };
  for (const element of attempts) lineOf(keyOf(element).key).connections += 1;
  for (const element of flows) {
    const { key, packets } = keyOf(element);
    lineOf(key).packets += packets;
  }
  return [...lines.values()].sort((a, b) => b.connections - a.connections || b.packets - a.packets);
}

function keyOf(element: unknown): { key: Key; packets: number } {
  type Concatenation = { concat: Key };
  const wrapped = element as Concatenation | { elem: { val: Concatenation; counter?: { packets: number } } };
  return 'concat' in wrapped
    ? { key: wrapped.concat, packets: 0 }
    : { key: wrapped.elem.val.concat, packets: wrapped.elem.counter?.packets ?? 0 };
}
