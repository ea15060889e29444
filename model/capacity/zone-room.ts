/** The room that a zone has for jobs: its nodes and its namespaces' quotas, each judged only as far as it is known. */
import type { JobRef } from '../job.ts';
import { NodeRoom, type NodeShortfall, type Placement } from './node-room.ts';
import { formatCpu, formatMemory, formatResources } from './quantity.ts';
import type { JobDemand, NodeCapacity, PodRequest, QuotaRoom } from './types.ts';

/** What was read of a zone. Null: it could not be read, or says nothing there; then it is not judged. */
export interface RoomSeen {
  nodes: { nodes: NodeCapacity[]; pods: PodRequest[] } | null;
  quotas: QuotaRoom[] | null;
}

export type RoomVerdict = { fits: true; placements: Placement[] } | { fits: false; missing: string };

export class ZoneRoom {
  readonly #zone: string;
  readonly #nodes: NodeRoom | null;
  readonly #quotas = new Map<string, QuotaRoom[]>();

  constructor(zone: string, seen: RoomSeen) {
    this.#zone = zone;
    this.#nodes = seen.nodes && new NodeRoom(seen.nodes.nodes, seen.nodes.pods);
    for (const quota of seen.quotas ?? []) {
      this.#quotas.set(quota.namespace, [...(this.#quotas.get(quota.namespace) ?? []), { ...quota }]);
    }
  }

  /**
   * Takes room for a job, or takes none and says in a sentence what is missing. A job with a priority class of its
   * own fits where nodes are short too: the scheduler may clear room for it, and its pods hold none in this count.
   */
  take(job: JobRef, demand: JobDemand): RoomVerdict {
    const quotas = this.#quotas.get(job.namespace) ?? [];
    for (const quota of quotas) {
      const missing = quotaShortfall(quota, demand);
      if (missing !== undefined) return { fits: false, missing };
    }
    const taken = this.#nodes?.take(demand.shapes) ?? { placements: [] };
    if ('shortfall' in taken && demand.priorityClass === null) {
      return { fits: false, missing: sentenceOf(taken.shortfall, this.#zone) };
    }
    for (const quota of quotas) {
      for (const what of ['cpuMillis', 'memoryBytes', 'pods'] as const) {
        if (quota[what] !== null) quota[what] -= demand[what];
      }
    }
    return { fits: true, placements: 'placements' in taken ? taken.placements : [] };
  }
}

function quotaShortfall(quota: QuotaRoom, demand: JobDemand): string | undefined {
  const short = (left: number | null, asked: number): left is number => left !== null && asked > left;
  const sentence = (left: string, asked: string) =>
    `quota ${quota.name} of namespace ${quota.namespace} has ${left} left, and its pods ask for ${asked}`;
  if (short(quota.cpuMillis, demand.cpuMillis))
    return sentence(formatCpu(quota.cpuMillis), formatCpu(demand.cpuMillis));
  if (short(quota.memoryBytes, demand.memoryBytes))
    return sentence(formatMemory(quota.memoryBytes), formatMemory(demand.memoryBytes));
  if (!short(quota.pods, demand.pods)) return undefined;
  return `quota ${quota.name} of namespace ${quota.namespace} has ${Math.max(0, quota.pods)} of ${demand.pods} pods left`;
}

function sentenceOf({ shape, placed, nearest }: NodeShortfall, zone: string): string {
  const pods = shape.count === 1 ? shape.component : `${shape.component}s`;
  if (!nearest) return `no node of ${zone} takes its ${pods}: node selector, taints and cordons leave none`;
  if (placed > 0) {
    return `the nodes of ${zone} have room for ${placed} of its ${shape.count} ${pods} of ${formatResources(shape)}`;
  }
  if (nearest.pods <= 0) {
    return `no node of ${zone} with ${formatResources(shape)} free for its ${pods} may hold one more pod`;
  }
  const free = `largest free is ${formatResources(nearest)} on ${nearest.node}`;
  return `no node of ${zone} has ${formatResources(shape)} free for its ${pods}: ${free}`;
}
