/** Files of the checkpoints that jobs take by themselves, incremental as RocksDB's: each shares files with the one before. */
import type { CompletedCheckpoint } from '../../model/health/flink/rest-types.ts';
import { jobKey } from '../../model/job/job.ts';
import { writeMetadata } from '../snapshot/write-metadata.ts';
import { draw, drawBetween, drawHex } from '../shared/draw.ts';
import type { SimulatedRun } from './simulated-run.ts';
import type { FindStore } from './simulated-savepoints.ts';

export class SimulatedCheckpoints {
  /** Jobs whose checkpoints lie in their zone's store. For all others they are only spoken of, which costs nothing. */
  readonly jobs = new Set<string>();
  /** Of each checkpoint as many files are shared: one of them is new, the oldest of the one before is compacted away. */
  shared = { files: 4, leastBytes: 2_000, mostBytes: 9_000 };
  readonly #seed: number;
  readonly #find: FindStore;
  readonly #laid = new Set<string>();

  constructor(seed: number, find: FindStore) {
    this.#seed = seed;
    this.#find = find;
  }

  /** Puts the files of a completed checkpoint where Flink says that they are, if that is in a zone's store. */
  lay(run: SimulatedRun, checkpoint: CompletedCheckpoint | undefined): void {
    const path = checkpoint?.externalPath;
    if (!checkpoint || path === undefined || !this.jobs.has(jobKey(run.job))) return;
    const folder = this.#find(path);
    // Once: what a test deletes stays deleted.
    if (!folder || this.#laid.has(path)) return;
    this.#laid.add(path);
    const jobFolder = path.slice(0, path.lastIndexOf('/'));
    const { files, leastBytes, mostBytes } = this.shared;
    const shared = Array.from({ length: files }, (_, index) => {
      const of = checkpoint.id - index;
      const file = `${jobFolder}/shared/${drawHex(32, this.#seed, 'sst', run.jobId, of)}`;
      const size = drawBetween(leastBytes, mostBytes, this.#seed, 'size', file);
      const { store, key } = this.#find(file)!;
      if (!store.objects.has(key)) store.write(key, contentOf(this.#seed, file, size));
      return { name: `00000${index}.sst`, stream: { tag: 2 as const, size, path: file } };
    });
    const own = `own-${drawHex(16, this.#seed, 'own', path)}`;
    folder.store.write(`${folder.key}/${own}`, contentOf(this.#seed, own, 500));
    const keyed = {
      tag: 11 as const,
      meta: { tag: 6 as const, path: own, size: 500 },
      shared,
      private: [],
      id: 'handle',
    };
    const { bytes } = writeMetadata({
      version: 4,
      checkpointId: checkpoint.id,
      masterStates: [],
      operators: [
        {
          name: 'count',
          id: 7n,
          parallelism: 1,
          maxParallelism: 128,
          coordinator: { tag: 0 },
          subtasks: [{ managed: undefined, raw: undefined, keyed, rawKeyed: { tag: 0 }, inputs: [], outputs: [] }],
        },
      ],
    });
    folder.store.write(`${folder.key}/_metadata`, bytes);
  }
}

function contentOf(seed: number, path: string, size: number): Uint8Array {
  return new Uint8Array(size).fill(Math.floor(draw(seed, 'content', path) * 256));
}
