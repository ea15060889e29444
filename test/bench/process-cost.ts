/** What processes cost, by the kernel's own count: CPU time from one moment to another, and the most memory so far. */
import { readFileSync } from 'node:fs';

/** Clock ticks of proc(5) a second: 100 on every Linux that Node runs on. */
const ticksPerSecond = 100;

export interface ProcessCost {
  cpuSeconds: number;
  /** The most that each took at any time, summed. */
  rssMb: number;
}

/** Begins to count; the returned function answers what the processes took since. */
export function countCost(pids: readonly number[]): () => ProcessCost {
  const before = pids.map(cpuSecondsOf);
  return () => ({
    cpuSeconds: pids.reduce((sum, pid, index) => sum + cpuSecondsOf(pid) - before[index]!, 0),
    rssMb: pids.reduce((sum, pid) => sum + peakMb(pid), 0),
  });
}

function cpuSecondsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name in brackets may hold spaces; what follows it does not.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

function peakMb(pid: number): number {
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
}
