/**
 * Which process a pid means. Pids are recycled and state folders outlive reboots, so a pid alone is never taken for
 * ours: the start time in clock ticks since boot and the boot's id belong to it.
 */
import { readFileSync } from 'node:fs';

/** A process, told apart from every other that has or will have its pid. */
export interface ProcessIdentity {
  pid: number;
  /** Field 22 of /proc/<pid>/stat: clock ticks between boot and start. */
  startTicks: string;
  /** /proc/sys/kernel/random/boot_id. */
  bootId: string;
}

/** What /proc/<pid>/stat says of a process. */
export interface ProcessStat {
  /** One letter of proc(5): R, S, D, Z, T, … */
  state: string;
  cpuTicks: number;
  startTicks: string;
}

/** Clock ticks a second of /proc (USER_HZ), the same on every Linux that Node runs on. */
export const ticksPerSecond = 100;

/** Reads a line of /proc/<pid>/stat; undefined when it is not one. */
export function parseProcessStat(text: string): ProcessStat | undefined {
  // The command name is in parentheses and may itself hold blanks and parentheses.
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .trim()
    .split(' ');
  const [state, startTicks] = [fields[0], fields[19]];
  if (!state || !startTicks) return undefined;
  return { state, cpuTicks: Number(fields[11]) + Number(fields[12]), startTicks };
}

/** The state of a pid now, whoever it is; undefined when there is none. */
export function readProcessStat(pid: number): ProcessStat | undefined {
  try {
    return parseProcessStat(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return undefined;
  }
}

let boot: string | undefined;

/** This boot's id. */
export function bootId(): string {
  boot ??= readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  return boot;
}

/** Reads a pid file: "pid startTicks bootId"; undefined when it is damaged. */
export function parsePidFile(text: string): ProcessIdentity | undefined {
  const [pid, startTicks, id] = text.trim().split(' ');
  if (!pid || !/^[1-9]\d*$/.test(pid) || !startTicks || !id) return undefined;
  return { pid: Number(pid), startTicks, bootId: id };
}

/** Whether exactly this process still runs; a zombie does not. */
export function isAlive(identity: ProcessIdentity): boolean {
  if (identity.bootId !== bootId()) return false;
  const stat = readProcessStat(identity.pid);
  return stat !== undefined && stat.startTicks === identity.startTicks && stat.state !== 'Z' && stat.state !== 'X';
}
