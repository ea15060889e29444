/** Nodes of a zone, and what jobs ask of them. */
import type { JobDemand, NodeCapacity, PodShape } from '../../model/capacity/types.ts';

export const gibi = 2 ** 30;

export function node(name: string, cpuMillis: number, gib: number, more: Partial<NodeCapacity> = {}): NodeCapacity {
  const memoryBytes = gib * gibi;
  return { name, cpuMillis, memoryBytes, pods: 110, labels: {}, taints: [], schedulable: true, ...more };
}

export function shape(count: number, cpuMillis: number, gib: number, more: Partial<PodShape> = {}): PodShape {
  const memoryBytes = gib * gibi;
  return { component: 'TaskManager', count, cpuMillis, memoryBytes, nodeSelector: {}, tolerations: [], ...more };
}

export function demand(shapes: PodShape[], priorityClass: string | null = null): JobDemand {
  const total = (of: (one: PodShape) => number) => shapes.reduce((sum, one) => sum + one.count * of(one), 0);
  return {
    shapes,
    pods: total(() => 1),
    cpuMillis: total((one) => one.cpuMillis),
    memoryBytes: total((one) => one.memoryBytes),
    priorityClass,
  };
}
