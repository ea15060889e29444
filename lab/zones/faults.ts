/** What can happen to a zone: power cut, partition, freeze; and the way back. */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { LabZone } from '../layout.ts';
import { killZoneProcesses, namespacePids } from './census.ts';
import { addToCgroup, cgroupPids, freezeCgroup, isFrozen, thawCgroup } from './cgroups.ts';
import { cutZone, isCut, reconnectZone } from './firewall.ts';
import { writeConfig } from './node.ts';
import type { Report } from './zone.ts';

const faultKinds = ['kill', 'partition', 'freeze'] as const;
/**
 * `kill`: a power cut, every process gone and nothing answers. `partition`: the zone goes on inside, no packet passes
 * its cable. `freeze`: the clock of every process stands still; connections are accepted and nothing answers.
 */
export type FaultKind = (typeof faultKinds)[number];

/** A fault that was made on purpose and not undone yet. */
export interface Fault {
  kind: FaultKind;
  /** ISO time. */
  since: string;
}

const faultFile = (zone: LabZone) => join(zone.dir, 'fault.json');

/** The fault a zone is under; undefined for none. */
export async function currentFault(zone: LabZone): Promise<Fault | undefined> {
  const noted = readFault(zone);
  if (noted?.kind === 'kill') return noted;
  if (isFrozen(zone.name)) return noted?.kind === 'freeze' ? noted : { kind: 'freeze', since: 'unknown' };
  if (await isCut(zone)) return noted?.kind === 'partition' ? noted : { kind: 'partition', since: 'unknown' };
  return undefined;
}

function readFault(zone: LabZone): Fault | undefined {
  try {
    return JSON.parse(readFileSync(faultFile(zone), 'utf8')) as Fault;
  } catch {
    return undefined;
  }
}

/** Forgets a fault, once nothing of it is left. */
export function forgetFault(zone: LabZone): void {
  if (existsSync(faultFile(zone))) rmSync(faultFile(zone));
}

/** Does it to the zone, and answers when it is done and checked. */
export async function makeFault(zone: LabZone, kind: FaultKind, report: Report): Promise<void> {
  const before = await currentFault(zone);
  const since = before?.kind === kind ? before.since : new Date().toISOString();
  writeConfig(faultFile(zone), JSON.stringify({ kind, since } satisfies Fault));
  switch (kind) {
    case 'kill': {
      // The cable first: a machine without power sends no farewell, but the kernel that outlives these processes
      // would close their connections politely.
      await cutZone(zone);
      const killed = await killZoneProcesses(zone);
      report(`${zone.name}  ${killed} processes killed, none is left, nothing answers`);
      return;
    }
    case 'partition':
      await cutZone(zone);
      report(`${zone.name}  cut off: every packet to and from it is dropped`);
      return;
    case 'freeze': {
      const inside = new Set(cgroupPids(zone.name));
      for (const pid of namespacePids(zone)) if (!inside.has(pid)) addToCgroup(zone.name, pid);
      await freezeCgroup(zone.name);
      report(`${zone.name}  ${cgroupPids(zone.name).length} processes frozen`);
      return;
    }
  }
}

/** Takes away what keeps a zone from running; what was killed is for the caller to start. */
export async function liftFaults(zone: LabZone): Promise<void> {
  await thawCgroup(zone.name);
  await reconnectZone(zone);
  forgetFault(zone);
}
