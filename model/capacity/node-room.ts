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
  /** What the jobs that were placed ask of each node. */
  readonly #placed: { cpuMillis: Float64Array; memoryBytes: Float64Array; pods: Float64Array };
  readonly #indexOf: Map<string, number>;
  readonly #eligible = new Map<string, Stretch[]>();

  constructor(nodes: readonly NodeCapacity[], pods: readonly PodRequest[]) {
    this.#nodes = nodes.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
    this.#free = new NodeBlocks(this.#nodes);
    const none = () => new Float64Array(nodes.length);
    this.#placed = { cpuMillis: none(), memoryBytes: none(), pods: none() };
    this.#indexOf = new Map(this.#nodes.map((node, index) => [node.name, index]));
    this.hold(pods);
  }

  /** Pods stand on their nodes, whether there is room for them or not. */
  hold(pods: readonly PodRequest[]): void {
    this.#move(pods, -1);
  }

  /** Pods leave their nodes. */
  release(pods: readonly PodRequest[]): void {
    this.#move(pods, 1);
  }

  /** Takes the places that a `take` elsewhere gave, or with `times` -1 gives them back. */
  occupy(placements: readonly Placement[], times: 1 | -1 = 1): void {
    for (const { node, shape, count } of placements) this.#place(this.#indexOf.get(node)!, shape, times * count);
  }

  /** Those of the nodes that have too little for the jobs that were placed on them. */
  overfull(names: Iterable<string>): string[] {
    const kinds = ['cpuMillis', 'memoryBytes', 'pods'] as const;
    return [...names].filter((name) => {
      const index = this.#indexOf.get(name);
      return (
        index !== undefined && kinds.some((kind) => this.#free[kind][index]! < 0 && this.#placed[kind][index]! > 0)
      );
    });
  }

  /** How many more pods of a shape there would be places for if these pods left. */
  gain(leaving: readonly PodRequest[], shape: PodShape): number {
    const before = this.#fittingWhere(leaving, shape);
    this.#move(leaving, 1);
    const after = this.#fittingWhere(leaving, shape);
    this.#move(leaving, -1);
    return after - before;
  }

  #fittingWhere(pods: readonly PodRequest[], shape: PodShape): number {
    let sum = 0;
    for (const name of new Set(pods.map(({ node }) => node))) {
      const index = this.#indexOf.get(name);
      if (index === undefined || !mayStandOn(this.#nodes[index]!, shape)) continue;
      sum += Math.max(0, Math.min(shape.count, this.#free.fitting(index, shape)));
    }
    return sum;
  }

  #place(index: number, shape: Resources, count: number): void {
    this.#free.move(index, shape, -count);
    this.#placed.cpuMillis[index]! += count * shape.cpuMillis;
    this.#placed.memoryBytes[index]! += count * shape.memoryBytes;
    this.#placed.pods[index]! += count;
  }

  #move(pods: readonly PodRequest[], times: 1 | -1): void {
    for (const pod of pods) {
      const index = this.#indexOf.get(pod.node);
      // Placeholders of negative priority give way as soon as the scheduler needs their room.
      if (index !== undefined && pod.priority >= 0) this.#free.move(index, pod, times);
    }
  }

  /**
   * Takes the room for all pods of a job, or takes none and says what is missing; the nearest node, which takes a look
   * at each, only if `explain`.
   */
  take(shapes: readonly PodShape[], explain = true): { placements: Placement[] } | { shortfall: NodeShortfall } {
    const taken: { index: number; shape: PodShape; count: number }[] = [];
    for (const shape of shapes.toSorted(largerFirst)) {
      const found = this.#search(shape);
      const missing = shape.count - found.reduce((sum, { count }) => sum + count, 0);
      taken.push(...found);
      if (missing === 0) continue;
      const shortfall = { shape, placed: shape.count - missing, nearest: explain ? this.#nearest(shape) : null };
      for (const { index, shape: placed, count } of taken) this.#place(index, placed, -count);
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
        this.#place(index, shape, count);
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
