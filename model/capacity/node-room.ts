/**
 * The free room of a zone, node by node: a sum over the zone lies, as each pod must fit on one node. First fit over
 * the nodes by name, the larger pods of a job first; a job is placed whole or not at all.
 */
import { mayStandOn } from './eligible.ts';
import { NodeBlocks, stretchesOf, type Stretch } from './node-blocks.ts';
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
  readonly #free: NodeBlocks;
  readonly #eligible = new Map<string, Stretch[]>();

  constructor(nodes: readonly NodeCapacity[], pods: readonly PodRequest[]) {
    this.#nodes = nodes.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
    this.#free = new NodeBlocks(this.#nodes);
    const indexOf = new Map(this.#nodes.map((node, index) => [node.name, index]));
    for (const pod of pods) {
      const index = indexOf.get(pod.node);
      // Placeholders of negative priority give way as soon as the scheduler needs their room.
      if (index === undefined || pod.priority < 0) continue;
      this.#free.move(index, pod, -1);
    }
  }

  /** Takes the room for all pods of a job, or takes none and says what is missing. */
  take(shapes: readonly PodShape[]): { placements: Placement[] } | { shortfall: NodeShortfall } {
    const taken: { index: number; shape: PodShape; count: number }[] = [];
    for (const shape of shapes.toSorted(largerFirst)) {
      const found = this.#search(shape);
      const missing = shape.count - found.reduce((sum, { count }) => sum + count, 0);
      taken.push(...found);
      if (missing === 0) continue;
      const shortfall = { shape, placed: shape.count - missing, nearest: this.#nearest(shape) };
      for (const { index, shape: placed, count } of taken) this.#free.move(index, placed, count);
      return { shortfall };
    }
    return { placements: taken.map(({ index, ...placement }) => ({ node: this.#nodes[index]!.name, ...placement })) };
  }

  /** Takes places for pods of a shape, node by node, until there is one for each of them or no node is left. */
  #search(shape: PodShape): { index: number; shape: PodShape; count: number }[] {
    const found: { index: number; shape: PodShape; count: number }[] = [];
    let missing = shape.count;
    for (const { block, indices } of this.#nodesFor(shape)) {
      if (!this.#free.mayHold(block, shape)) continue;
      const before = missing;
      for (const index of indices) {
        const count = Math.min(missing, this.#free.fitting(index, shape));
        if (count <= 0) continue;
        this.#free.move(index, shape, -count);
        found.push({ index, shape, count });
        missing -= count;
        if (missing === 0) return found;
      }
      if (missing === before) this.#free.recount(block);
    }
    return found;
  }

  #nodesFor(placing: Placing): Stretch[] {
    const key = JSON.stringify([placing.nodeSelector, placing.tolerations]);
    const known = this.#eligible.get(key);
    if (known) return known;
    const found = this.#nodes.flatMap((node, index) => (mayStandOn(node, placing) ? [index] : []));
    const eligible = stretchesOf(found);
    this.#eligible.set(key, eligible);
    return eligible;
  }

  #nearest(shape: PodShape): NodeShortfall['nearest'] {
    const { cpuMillis, memoryBytes, pods } = this.#free;
    let best: { index: number; share: number } | undefined;
    for (const { indices } of this.#nodesFor(shape)) {
      for (const index of indices) {
        // How much of the scarcer of the two there is. A node that may hold no further pod is no help.
        const share = Math.min(
          cpuMillis[index]! / Math.max(1, shape.cpuMillis),
          memoryBytes[index]! / Math.max(1, shape.memoryBytes),
        );
        const useful = pods[index]! > 0 ? share : Math.min(share, 0);
        if (!best || useful > best.share) best = { index, share: useful };
      }
    }
    if (!best) return null;
    const { index } = best;
    return {
      node: this.#nodes[index]!.name,
      cpuMillis: cpuMillis[index]!,
      memoryBytes: memoryBytes[index]!,
      pods: pods[index]!,
    };
  }
}

function largerFirst(a: PodShape, b: PodShape): number {
  return b.cpuMillis - a.cpuMillis || b.memoryBytes - a.memoryBytes;
}
