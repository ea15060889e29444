/** What processes beside this one cost while something is measured. */
import { readFileSync } from 'node:fs';
import { processUsage } from '../../lab/zones/process.ts';

export interface ProcessCost {
  name: string;
  cpuSeconds: number;
  /** The most that it held since it began. */
  rssMb: number;
}

/** Begins to count; the function that it answers ends the count. A process that is gone by then costs what is known. */
export function meterProcesses(pids: Readonly<Record<string, number>>): () => ProcessCost[] {
  const before = new Map(Object.entries(pids).map(([name, pid]) => [name, processUsage(pid)?.cpuSeconds ?? 0]));
  return () =>
    Object.entries(pids).map(([name, pid]) => ({
      name,
      cpuSeconds: Math.max(0, (processUsage(pid)?.cpuSeconds ?? 0) - before.get(name)!),
      rssMb: peakMb(pid),
    }));
}

function peakMb(pid: number): number {
  try {
    return Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}
