/**
 * The free room of a zone, node by node: a sum over the zone lies, as each pod must fit on one node. First fit over
 * the nodes by name, the larger pods of a job first; a job is placed whole or not at all.
 */
import { mayStandOn } from './eligible.ts';
import type { NodeCapacity, Placing, PodRequest, PodShape, Resources } from './types.ts';

/** Pods of one shape on one node. */
export interface Placement {
  node: string;
  shape: PodShape;
  count: number;
}

/** Why a job does not fit: the first shape for which there was too little. */
export interface NodeShortfall {
  shape: PodShape;
  /** How many of them had found a place. */
  placed: number;
  /** The node on which a pod of the shape comes nearest to fitting; null when none takes such pods. */
  nearest: (Resources & { node: string; pods: number }) | null;
}

export class NodeRoom {
  readonly #nodes: NodeCapacity[];
  // By index of the node: plain numbers in arrays of their own, as 10,000 jobs look at 5,000 nodes each.
  readonly #cpuMillis: Float64Array;
  readonly #memoryBytes: Float64Array;
  readonly #pods: Float64Array;
  readonly #eligible = new Map<string, Uint32Array>();

  constructor(nodes: readonly NodeCapacity[], pods: readonly PodRequest[]) {
    this.#nodes = nodes.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
    this.#cpuMillis = Float64Array.from(this.#nodes, (node) => node.cpuMillis);
    this.#memoryBytes = Float64Array.from(this.#nodes, (node) => node.memoryBytes);
    this.#pods = Float64Array.from(this.#nodes, (node) => node.pods);
    const indexOf = new Map(this.#nodes.map((node, index) => [node.name, index]));
    for (const pod of pods) {
      const index = indexOf.get(pod.node);
      // Placeholders of negative priority give way as soon as the scheduler needs their room.
      if (index === undefined || pod.priority < 0) continue;
      this.#move(index, pod, -1);
    }
  }

  /** Takes the room for all pods of a job, or takes none and says what is missing. */
  take(shapes: readonly PodShape[]): { placements: Placement[] } | { shortfall: NodeShortfall } {
    const taken: { index: number; shape: PodShape; count: number }[] = [];
    for (const shape of shapes.toSorted(largerFirst)) {
      let missing = shape.count;
      for (const index of this.#nodesFor(shape)) {
        const count = Math.min(missing, this.#fitting(index, shape));
        if (count <= 0) continue;
        this.#move(index, shape, -count);
        taken.push({ index, shape, count });
        missing -= count;
        if (missing === 0) break;
      }
      if (missing === 0) continue;
      const shortfall = { shape, placed: shape.count - missing, nearest: this.#nearest(shape) };
      for (const { index, shape: placed, count } of taken) this.#move(index, placed, count);
      return { shortfall };
    }
    return { placements: taken.map(({ index, ...placement }) => ({ node: this.#nodes[index]!.name, ...placement })) };
  }

  #fitting(index: number, { cpuMillis, memoryBytes }: Resources): number {
    return Math.min(
      this.#pods[index]!,
      cpuMillis === 0 ? Infinity : Math.floor(this.#cpuMillis[index]! / cpuMillis),
      memoryBytes === 0 ? Infinity : Math.floor(this.#memoryBytes[index]! / memoryBytes),
    );
  }

  #move(index: number, { cpuMillis, memoryBytes }: Resources, count: number): void {
    this.#cpuMillis[index]! += count * cpuMillis;
    this.#memoryBytes[index]! += count * memoryBytes;
    this.#pods[index]! += count;
  }

  #nodesFor(placing: Placing): Uint32Array {
    const key = JSON.stringify([Object.entries(placing.nodeSelector).toSorted(), placing.tolerations]);
    const known = this.#eligible.get(key);
    if (known) return known;
    const found = this.#nodes.flatMap((node, index) => (mayStandOn(node, placing) ? [index] : []));
    const eligible = Uint32Array.from(found);
    this.#eligible.set(key, eligible);
    return eligible;
  }

  #nearest(shape: PodShape): NodeShortfall['nearest'] {
    let best: { index: number; share: number } | undefined;
    for (const index of this.#nodesFor(shape)) {
      // How much of the scarcer of the two there is. A node that may hold no further pod is no help.
      const [cpu, memory] = [this.#cpuMillis[index]!, this.#memoryBytes[index]!];
      const share = Math.min(cpu / Math.max(1, shape.cpuMillis), memory / Math.max(1, shape.memoryBytes));
      const useful = this.#pods[index]! > 0 ? share : Math.min(share, 0);
      if (!best || useful > best.share) best = { index, share: useful };
    }
    if (!best) return null;
    return {
      node: this.#nodes[best.index]!.name,
      cpuMillis: this.#cpuMillis[best.index]!,
      memoryBytes: this.#memoryBytes[best.index]!,
      pods: this.#pods[best.index]!,
    };
  }
}

function largerFirst(a: PodShape, b: PodShape): number {
  return b.cpuMillis - a.cpuMillis || b.memoryBytes - a.memoryBytes;
}
