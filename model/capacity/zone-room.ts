/** The room that a zone has for jobs: its nodes and its namespaces' quotas, each judged only as far as it is known. */
import type { JobRef } from '../job/job.ts';
import { NodeRoom, type NodeShortfall, type Placement } from './node-room.ts';
import { formatResources } from './quantity.ts';
import { QuotaRooms } from './quota-room.ts';
import type { JobDemand, NodeCapacity, PodRequest, PodShape, QuotaRoom } from './types.ts';

/** What was read of a zone. Null: it could not be read, or says nothing there; then it is not judged. */
export interface RoomSeen {
  nodes: { nodes: NodeCapacity[]; pods: PodRequest[] } | null;
  quotas: QuotaRoom[] | null;
}

/** A job that runs in the zone, with the pods that it has there. */
export interface RunningJob extends JobRef {
  pods: readonly PodRequest[];
}

export type RoomVerdict =
  { fits: true; placements: Placement[] } | { fits: false; missing: string; short: NodeShortfall | null };

export class ZoneRoom {
  readonly #zone: string;
  readonly #nodes: NodeRoom | null;
  readonly #quotas: QuotaRooms;

  constructor(zone: string, seen: RoomSeen) {
    this.#zone = zone;
    this.#nodes = seen.nodes && new NodeRoom(seen.nodes.nodes, seen.nodes.pods);
    this.#quotas = new QuotaRooms(seen.quotas ?? []);
  }

  /**
   * Takes room for a job, or takes none and says in a sentence what is missing; without `explain` in fewer words and
   * much less time. A job with a priority class of its own fits where nodes are short too: the scheduler may clear
   * room for it, and its pods hold none in this count.
   */
  take(job: JobRef, demand: JobDemand, explain = true): RoomVerdict {
    const missing = this.#quotas.shortfall(job, demand);
    if (missing !== undefined) return { fits: false, missing, short: null };
    const taken = this.#nodes?.take(demand.shapes, explain) ?? { placements: [] };
    if ('shortfall' in taken && demand.priorityClass === null) {
      return { fits: false, missing: sentenceOf(taken.shortfall, this.#zone), short: taken.shortfall };
    }
    this.#quotas.place(job, demand);
    return { fits: true, placements: 'placements' in taken ? taken.placements : [] };
  }

  /** Takes what another count of this zone gave the job, whether it is free or not; with `times` -1 gives it back. */
  occupy(job: JobRef, demand: JobDemand, placements: readonly Placement[], times: 1 | -1 = 1): void {
    this.#nodes?.occupy(placements, times);
    this.#quotas.place(job, demand, times);
  }

  /** A running job ends: its pods are gone. */
  release(running: RunningJob): void {
    this.#nodes?.release(running.pods);
    this.#quotas.hold(running.namespace, amountOf(running.pods), -1);
  }

  /** The reverse of `release`, whether there is room or not. */
  hold(running: RunningJob): void {
    this.#nodes?.hold(running.pods);
    this.#quotas.hold(running.namespace, amountOf(running.pods));
  }

  /** Takes a running job's room back where it was, if it is still free there; false, and nothing changes, if not. */
  keep(running: RunningJob): boolean {
    this.hold(running);
    const where = running.pods.map(({ node }) => node);
    if (this.overfull(running.namespace, where).length === 0) return true;
    this.release(running);
    return false;
  }

  /** How many more pods of a shape there would be places for if a running job ended. */
  gain(running: RunningJob, shape: PodShape): number {
    return this.#nodes?.gain(running.pods, shape) ?? 0;
  }

  /** Where there is too little for the jobs that were placed: names of nodes, `quotaMark` for the namespace's quotas. */
  overfull(namespace: string, nodes: Iterable<string>): string[] {
    const over = this.#nodes?.overfull(new Set(nodes)) ?? [];
    return this.#quotas.overdrawn(namespace) ? [...over, quotaMark(namespace)] : over;
  }
}

/** Stands for a namespace's quotas among names of nodes; no node can be called so. */
export function quotaMark(namespace: string): string {
  return `quotas of ${namespace}`;
}

function amountOf(pods: readonly PodRequest[]) {
  const sum = { cpuMillis: 0, memoryBytes: 0, pods: pods.length };
  for (const { cpuMillis, memoryBytes } of pods) {
    sum.cpuMillis += cpuMillis;
    sum.memoryBytes += memoryBytes;
  }
  return sum;
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
