/**
 * Free amounts of many nodes, in blocks that know the most that any of their nodes has: a search for room passes a
 * full block at one look. 10,000 jobs on 5,000 nodes are 100 million looks otherwise.
 */
import type { Resources } from './types.ts';

const blockSize = 64;

/** The part of an eligible list that lies in one block. */
export interface Stretch {
  block: number;
  indices: Uint32Array;
}

export class NodeBlocks {
  readonly cpuMillis: Float64Array;
  readonly memoryBytes: Float64Array;
  readonly pods: Float64Array;
  // At least what the freest node of each block has; it may be more, never less.
  readonly #mostCpu: Float64Array;
  readonly #mostMemory: Float64Array;
  readonly #stale: Uint8Array;

  constructor(nodes: readonly (Resources & { pods: number })[]) {
    this.cpuMillis = Float64Array.from(nodes, (node) => node.cpuMillis);
    this.memoryBytes = Float64Array.from(nodes, (node) => node.memoryBytes);
    this.pods = Float64Array.from(nodes, (node) => node.pods);
    const blocks = Math.ceil(nodes.length / blockSize);
    this.#mostCpu = new Float64Array(blocks).fill(Infinity);
    this.#mostMemory = new Float64Array(blocks).fill(Infinity);
    this.#stale = new Uint8Array(blocks).fill(1);
  }

  /** Adds `count` times the amounts to a node; a negative count takes. */
  move(index: number, { cpuMillis, memoryBytes }: Resources, count: number): void {
    this.cpuMillis[index]! += count * cpuMillis;
    this.memoryBytes[index]! += count * memoryBytes;
    this.pods[index]! += count;
    const block = Math.floor(index / blockSize);
    this.#mostCpu[block] = Math.max(this.#mostCpu[block]!, this.cpuMillis[index]!);
    this.#mostMemory[block] = Math.max(this.#mostMemory[block]!, this.memoryBytes[index]!);
    this.#stale[block] = 1;
  }

  /** False only if no node of the block has as much. */
  mayHold(block: number, { cpuMillis, memoryBytes }: Resources): boolean {
    // A pod that asks for nothing of a kind may stand on a node that has less than nothing of it.
    return (
      (cpuMillis === 0 || this.#mostCpu[block]! >= cpuMillis) &&
      (memoryBytes === 0 || this.#mostMemory[block]! >= memoryBytes)
    );
  }

  /** Counts the block anew; called when a search found nothing in it, so that the next one may pass it. */
  recount(block: number): void {
    if (this.#stale[block] === 0) return;
    this.#stale[block] = 0;
    let [cpu, memory] = [-Infinity, -Infinity];
    const end = Math.min(this.pods.length, (block + 1) * blockSize);
    for (let index = block * blockSize; index < end; index++) {
      // What a node has that may hold no further pod is of no use to any.
      if (this.pods[index]! <= 0) continue;
      cpu = Math.max(cpu, this.cpuMillis[index]!);
      memory = Math.max(memory, this.memoryBytes[index]!);
    }
    this.#mostCpu[block] = cpu;
    this.#mostMemory[block] = memory;
  }

  /** How many pods of such a size a node may still take. */
  fitting(index: number, { cpuMillis, memoryBytes }: Resources): number {
    const [cpu, memory] = [this.cpuMillis[index]!, this.memoryBytes[index]!];
    if ((cpuMillis > 0 && cpu < cpuMillis) || (memoryBytes > 0 && memory < memoryBytes)) return 0;
    return Math.min(
      this.pods[index]!,
      cpuMillis === 0 ? Infinity : Math.floor(cpu / cpuMillis),
      memoryBytes === 0 ? Infinity : Math.floor(memory / memoryBytes),
    );
  }
}

/** Rising indices of nodes, cut where a block ends. */
export function stretchesOf(indices: readonly number[]): Stretch[] {
  const byBlock = Map.groupBy(indices, (index) => Math.floor(index / blockSize));
  return [...byBlock].map(([block, within]) => ({ block, indices: Uint32Array.from(within) }));
}
