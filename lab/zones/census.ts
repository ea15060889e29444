/** Which processes belong to a zone, whoever started them. */
import { readFileSync, readdirSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { labZone, type LabZone, type LabZoneName } from '../layout.ts';
import { cgroupPids, podPids, thawCgroup } from './cgroups.ts';
import { findProcess, knownProcesses, processUsage } from './process.ts';
import { readProcessStat } from './process-identity.ts';

/** A process of a zone. */
export interface ZoneProcess {
  pid: number;
  /** A component's name, or `pod` or `shim` for what containerd started. */
  component: string;
  memoryMb: number;
  cpuSeconds: number;
}

/** All pids of a zone: those in its network namespace and those in its cgroups, where the pods are. */
export function zonePids(zone: LabZone): number[] {
  return [...new Set([...namespacePids(zone), ...cgroupPids(zone.name)])].filter(lives);
}

function lives(pid: number): boolean {
  const state = readProcessStat(pid)?.state;
  return state !== undefined && state !== 'Z' && state !== 'X';
}

/** Pids in the zone's network namespace. */
export function namespacePids(zone: LabZone): number[] {
  let inode: number;
  try {
    inode = statSync(`/run/netns/${zone.netns}`).ino;
  } catch {
    return [];
  }
  const wanted = `net:[${inode}]`;
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .filter((pid) => {
      try {
        return readlinkSync(`/proc/${pid}/ns/net`) === wanted;
      } catch {
        return false;
      }
    })
    .map(Number);
}

/** Everything that runs in a zone now, for tests and `lab status`. */
export function zoneProcesses(name: LabZoneName): ZoneProcess[] {
  const zone = labZone(name);
  const components = new Map<number, string>();
  for (const component of knownProcesses(zone.dir)) {
    const identity = findProcess(zone.dir, component);
    if (identity) components.set(identity.pid, component);
  }
  const pods = new Set(podPids(zone.name));
  return zonePids(zone).flatMap((pid) => {
    const usage = processUsage(pid);
    if (!usage) return [];
    const component = components.get(pid) ?? (pods.has(pid) ? 'pod' : childName(pid));
    return [{ pid, component, memoryMb: usage.memoryMb, cpuSeconds: usage.cpuSeconds }];
  });
}

function childName(pid: number): string {
  try {
    const name = readFileSync(join('/proc', String(pid), 'comm'), 'utf8').trim();
    return name.startsWith('containerd-shim') ? 'shim' : name;
  } catch {
    return 'unknown';
  }
}

/**
 * SIGKILLs everything of a zone, again and again until nothing is left: a killed process may just have started another.
 * @throws when something outlives `timeoutMs`.
 */
export async function killZoneProcesses(zone: LabZone, timeoutMs = 10_000): Promise<number> {
  const killed = new Set<number>();
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const pids = zonePids(zone);
    if (pids.length === 0) return killed.size;
    for (const pid of pids) {
      killed.add(pid);
      try {
        process.kill(pid, 'SIGKILL');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
      }
    }
    // A frozen process dies only when it is let go.
    await thawCgroup(zone.name);
    if (Date.now() > deadline)
      throw new Error(`${zone.name}: processes ${pids.join(', ')} do not die within ${timeoutMs / 1000} s of SIGKILL.`);
    await sleep(10);
  }
}
