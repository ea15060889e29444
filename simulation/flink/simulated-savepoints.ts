/** Savepoints that Flink takes on request: written by the job itself, after a while, `_metadata` last. */
import type { SavepointRequest, TriggerStatus } from '../../adapters/flink/port.ts';
import { jobKey } from '../../model/job/job.ts';
import { drawBetween, drawHex } from '../shared/draw.ts';
import type { SavepointFault } from './faults.ts';
import { writeMetadata } from '../snapshot/small-metadata.ts';
import type { SimulatedRun } from './simulated-run.ts';
import type { Clock } from '../../adapters/clock.ts';

/** A store as Flink writes it. */
interface FlinkFiles {
  readonly objects: ReadonlyMap<string, unknown>;
  write(key: string, bytes: Uint8Array): void;
}

/** Where a path that Flink is given leads to. */
export type FindStore = (path: string) => { store: FlinkFiles; key: string; refuses: boolean } | undefined;

export class SimulatedSavepoints {
  /** By job: what goes wrong with its savepoints. */
  readonly faults = new Map<string, SavepointFault>();
  /** Every savepoint that was begun, in order. */
  readonly triggered: { job: string; triggerId: string }[] = [];
  readonly #clock: Clock;
  readonly #seed: number;
  readonly #find: FindStore;
  readonly #status = new Map<string, TriggerStatus<{ location: string }>>();

  constructor(clock: Clock, seed: number, find: FindStore) {
    this.#clock = clock;
    this.#seed = seed;
    this.#find = find;
  }

  /** A trigger id that is known already begins nothing. */
  trigger(run: SimulatedRun, request: SavepointRequest): void {
    if (this.#status.has(request.triggerId)) return;
    const job = jobKey(run.job);
    this.#status.set(request.triggerId, { state: 'in-progress' });
    this.triggered.push({ job, triggerId: request.triggerId });
    const triggeredMs = this.#clock.now();
    run.savepointsUnderWay.add(triggeredMs);
    if (this.faults.get(job) === 'hangs') {
      void this.#clock.sleep(run.checkpointTimeoutMs).then(() => this.#expire(run, request, triggeredMs));
      return;
    }
    const takesMs = drawBetween(500, 3_000, this.#seed, 'savepoint takes', job, this.triggered.length);
    void this.#clock.sleep(takesMs).then(() => this.#finish(run, request, triggeredMs));
  }

  /** JobManagers everywhere were started again: they know no trigger any more. */
  forgetAll(): void {
    this.#status.clear();
  }

  statusOf(triggerId: string): TriggerStatus<{ location: string }> {
    return this.#status.get(triggerId) ?? { state: 'unknown' };
  }

  /** Flink gives a savepoint up after the job's own time-out. */
  #expire(run: SimulatedRun, { triggerId }: SavepointRequest, triggeredMs: number): void {
    run.savepointsUnderWay.delete(triggeredMs);
    const cause = 'org.apache.flink.runtime.checkpoint.CheckpointException: Checkpoint expired before completing.';
    this.#status.set(triggerId, { state: 'failed', cause });
  }

  #finish(run: SimulatedRun, request: SavepointRequest, triggeredMs: number): void {
    run.savepointsUnderWay.delete(triggeredMs);
    const fault = this.faults.get(jobKey(run.job));
    const target = this.#find(request.targetDirectory);
    if (fault === 'fails' || !target || target.refuses) {
      const cause = 'java.io.IOException: Could not flush to file and close the file system output stream';
      this.#status.set(request.triggerId, { state: 'failed', cause });
      return;
    }
    if (fault === 'lost') {
      this.#status.delete(request.triggerId);
      return;
    }
    const folder = `savepoint-${run.jobId.slice(0, 6)}-${drawHex(12, this.#seed, 'folder', request.triggerId)}`;
    const file = drawHex(32, this.#seed, 'file', request.triggerId);
    const state = new Uint8Array(drawBetween(30_000, 60_000, this.#seed, 'bytes', request.triggerId));
    const checkpointId = run.nextCheckpointId(this.#clock.now());
    const metadata = writeMetadata({ checkpointId, file, sizeBytes: state.length });
    if (fault !== 'file-missing') target.store.write(`${target.key}/${folder}/${file}`, state);
    target.store.write(
      `${target.key}/${folder}/_metadata`,
      fault === 'metadata-cut' ? metadata.slice(0, -60) : metadata,
    );
    const location = `${request.targetDirectory}/${folder}`;
    if (fault === 'forgotten') {
      this.#status.delete(request.triggerId);
      return;
    }
    run.savepoints.push({
      id: checkpointId,
      isSavepoint: true,
      triggerTimestampMs: triggeredMs,
      endToEndDurationMs: this.#clock.now() - triggeredMs,
      stateSizeBytes: state.length,
      externalPath: location,
    });
    this.#status.set(request.triggerId, { state: 'completed', value: { location } });
  }
}
