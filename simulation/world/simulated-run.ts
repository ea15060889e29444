/**
 * One run of a job in one zone. What Flink would answer follows from the time since its start, so nothing ticks: a
 * run that nobody looks at costs nothing.
 */
import type { CheckpointStatistics, CompletedCheckpoint, FlinkJobDetail } from '../../model/health/flink/rest-types.ts';
import { jobKey, type JobRef } from '../../model/job/job.ts';
import { drawBetween, drawHex } from './draw.ts';
import type { RunFault } from './job-fault.ts';

const checkpointEveryMs = 10_000;
const restartEveryMs = 4_000;
const parallelism = 2;

export class SimulatedRun {
  readonly zone: string;
  readonly job: JobRef;
  readonly jobId: string;
  readonly startedMs: number;
  /** What it restored; undefined for a job that began with empty state. */
  readonly restoredPath: string | undefined;
  /** May be set while it runs: a twin that falls ill. */
  fault: RunFault | undefined;
  readonly savepoints: CompletedCheckpoint[] = [];
  /** When those were triggered that are still being written. */
  readonly savepointsUnderWay = new Set<number>();
  /** How long each of its checkpoints takes; may be set while it runs. */
  checkpointTakesMs = 1_000;
  /** Its `execution.checkpointing.timeout`: Flink's default. */
  checkpointTimeoutMs = 600_000;
  readonly #asked: number[] = [];
  readonly #restoredId: number;
  readonly #startTakesMs: number;

  constructor(
    seed: number,
    run: { zone: string; job: JobRef; nth: number; startedMs: number; path: string | undefined; fault?: RunFault },
  ) {
    const purpose = [run.zone, run.job.namespace, run.job.name, run.nth];
    this.zone = run.zone;
    this.job = run.job;
    this.startedMs = run.startedMs;
    this.fault = run.fault;
    this.jobId = drawHex(32, seed, 'job id', ...purpose);
    this.restoredPath = run.fault === 'wrong-path' ? `${run.path}-of-yesterday` : run.path;
    this.#startTakesMs = drawBetween(15_000, 40_000, seed, 'start takes', ...purpose);
    this.#restoredId = drawBetween(1, 500, seed, 'restored id', ...purpose);
  }

  get #readyMs(): number {
    return this.startedMs + this.#startTakesMs * (this.fault === 'slow' || this.fault === 'fails-once' ? 3 : 1);
  }

  get #jobManagerMs(): number {
    return this.startedMs + this.#startTakesMs * 0.3;
  }

  /** Whether its JobManager answers at all. */
  answersAt(nowMs: number): boolean {
    if (this.fault === 'falls-silent') return nowMs >= this.#jobManagerMs && nowMs < this.#readyMs + 10_000;
    return nowMs >= this.#jobManagerMs && this.fault !== 'metadata-damaged' && this.fault !== 'no-room';
  }

  /** The JobManager answers a moment before it knows its job. */
  knowsJobAt(nowMs: number): boolean {
    return nowMs >= this.#jobManagerMs + 1_000;
  }

  allRunAt(nowMs: number): boolean {
    const keepsDown = this.fault === 'never-ready' || this.fault === 'restart-loop' || this.fault === 'file-missing';
    return nowMs >= this.#readyMs && !keepsDown;
  }

  restartsAt(nowMs: number): number {
    if (this.fault === 'file-missing') return 1;
    const failures = Math.max(0, Math.floor((nowMs - this.#jobManagerMs) / restartEveryMs));
    if (this.fault === 'fails-once') return Math.min(1, failures);
    return this.fault === 'restart-loop' ? failures : 0;
  }

  detailAt(nowMs: number): FlinkJobDetail {
    const running = this.allRunAt(nowMs) ? parallelism : 0;
    const isRestarting = running === 0 && this.restartsAt(nowMs) > 0;
    const state = this.fault === 'file-missing' ? 'FAILED' : isRestarting ? 'RESTARTING' : 'RUNNING';
    const tasks = { RUNNING: running, INITIALIZING: parallelism - running };
    return {
      id: this.jobId,
      name: this.job.name,
      state,
      startTimeMs: Math.round(this.#jobManagerMs),
      vertices: ['source', 'count'].map((name) => ({ id: name, name, parallelism, tasks })),
    };
  }

  /** A checkpoint that is asked for takes a second. */
  askForCheckpoint(nowMs: number): void {
    this.#asked.push(nowMs);
  }

  checkpointsAt(nowMs: number): CheckpointStatistics {
    const restoredMs = this.#readyMs - 500;
    const completed = this.#completedAt(nowMs);
    const underWay = this.#underWayAt(nowMs);
    const latest = completed.at(-1);
    return {
      counts: {
        restored: this.restoredPath === undefined ? 0 : 1 + this.restartsAt(nowMs),
        completed: completed.length + this.savepoints.length,
        failed: 0,
        inProgress: underWay.length,
      },
      underWay,
      latestCompleted: latest,
      latestSavepoint: this.savepoints.at(-1),
      latestFailure: undefined,
      restored:
        this.restoredPath === undefined || nowMs < restoredMs
          ? undefined
          : {
              id: this.#restoredId,
              restoreTimestampMs: restoredMs,
              isSavepoint: true,
              externalPath: this.restoredPath,
            },
    };
  }

  /** Its number among the run's snapshots, for `_metadata`. */
  nextCheckpointId(nowMs: number): number {
    return this.#restoredId + this.#completedAt(nowMs).length + this.savepoints.length + 1;
  }

  #triggeredBy(nowMs: number): number[] {
    if (!this.allRunAt(nowMs) || this.fault === 'falls-silent') return [];
    const times = [...this.#asked];
    for (let at = this.#readyMs + checkpointEveryMs; at < nowMs; at += checkpointEveryMs) times.push(at);
    return times.filter((at) => at >= this.#readyMs).sort((a, b) => a - b);
  }

  #underWayAt(nowMs: number): CheckpointStatistics['underWay'] {
    const checkpoints = this.#triggeredBy(nowMs).filter((at) => at + this.checkpointTakesMs > nowMs);
    return [
      ...checkpoints.map((triggerTimestampMs) => ({ id: 0, isSavepoint: false, triggerTimestampMs })),
      ...[...this.savepointsUnderWay].map((triggerTimestampMs) => ({ id: 0, isSavepoint: true, triggerTimestampMs })),
    ];
  }

  #completedAt(nowMs: number): CompletedCheckpoint[] {
    return this.#triggeredBy(nowMs)
      .filter((at) => at + this.checkpointTakesMs <= nowMs)
      .map((triggerTimestampMs, index) => {
        const id = this.#restoredId + index + 1;
        return {
          id,
          isSavepoint: false,
          triggerTimestampMs,
          endToEndDurationMs: this.checkpointTakesMs,
          stateSizeBytes: 4_096,
          externalPath: `s3a://bucket-${this.zone}/checkpoints/${jobKey(this.job)}/${this.jobId}/chk-${id}`,
        };
      });
  }
}
