/**
 * One run of a job: what Flink would know of it at a given time. All of it follows from the time since its start, so
 * nothing ticks: ten thousand runs that nobody looks at cost nothing.
 */
import type { CheckpointStatistics, CompletedCheckpoint, FlinkJobDetail } from '../../model/health/flink/rest-types.ts';
import type { JobRef } from '../../model/job/job.ts';
import type { RunFault } from './faults.ts';

const parallelism = 2;

/** How many times longer than others a slow start takes. */
const slowness = 3;

/** How long a run with the fault `falls-silent` still answers. */
const silentAfterMs = 10_000;

/** How long things take; the first three count from the start of the run. */
export interface RunPace {
  /** Until its JobManager answers. */
  answersAfterMs: number;
  /** Until its JobManager knows its job. */
  knowsJobAfterMs: number;
  /** Until all its tasks run. */
  runsAfterMs: number;
  /** Its state is restored so long before that. */
  restoredBeforeMs: number;
  checkpointEveryMs: number;
  checkpointTakesMs: number;
  /** Between two restarts of a run that fails again and again. */
  restartEveryMs: number;
}

export interface RunSettings {
  job: JobRef;
  /** 32 hex digits. */
  jobId: string;
  /** What it is told to restore; undefined: it begins with empty state. */
  path: string | undefined;
  /** Number of the checkpoint or savepoint that it restores. */
  restoredId: number;
  /** Folder of its own checkpoints, as Flink jobs write it. */
  checkpointsTo: string;
  pace: RunPace;
  startedMs: number | undefined;
  fault?: RunFault | undefined;
}

interface AskedCheckpoint {
  atMs: number;
  triggerId: string;
}

export class SimulatedRun {
  readonly job: JobRef;
  readonly jobId: string;
  /** When it began; undefined while its pods are not there. */
  startedMs: number | undefined;
  /** What it restored; undefined for a job that began with empty state. */
  readonly restoredPath: string | undefined;
  /** May be set while it runs: a hot standby that falls ill. */
  fault: RunFault | undefined;
  readonly savepoints: CompletedCheckpoint[] = [];
  /** When those were triggered that are still being written. */
  readonly savepointsUnderWay = new Set<number>();
  /** How long each of its checkpoints takes; may be set while it runs. */
  checkpointTakesMs: number;
  /** Its `execution.checkpointing.timeout`: Flink's default. */
  checkpointTimeoutMs = 600_000;
  readonly #asked: AskedCheckpoint[] = [];
  readonly #restoredId: number;
  readonly #checkpointsTo: string;
  readonly #pace: RunPace;

  constructor({ job, jobId, path, restoredId, checkpointsTo, pace, startedMs, fault }: RunSettings) {
    this.job = job;
    this.jobId = jobId;
    this.startedMs = startedMs;
    this.fault = fault;
    this.restoredPath = fault === 'wrong-path' ? `${path}-of-yesterday` : path;
    this.checkpointTakesMs = pace.checkpointTakesMs;
    this.#restoredId = restoredId;
    this.#checkpointsTo = checkpointsTo;
    this.#pace = pace;
  }

  /** When its JobManager answers; never while its pods are not there. */
  get answersMs(): number {
    return (this.startedMs ?? Infinity) + this.#pace.answersAfterMs;
  }

  /** When all its tasks run, unless a fault keeps them from it. */
  get runsMs(): number {
    const factor = this.fault === 'slow' || this.fault === 'fails-once' ? slowness : 1;
    return (this.startedMs ?? Infinity) + this.#pace.runsAfterMs * factor;
  }

  /** Whether its JobManager answers at all. */
  answersAt(nowMs: number): boolean {
    if (nowMs < this.answersMs) return false;
    if (this.fault === 'falls-silent') return nowMs < this.runsMs + silentAfterMs;
    return this.fault !== 'metadata-damaged' && this.fault !== 'no-room';
  }

  /** The JobManager answers a moment before it knows its job. */
  knowsJobAt(nowMs: number): boolean {
    return nowMs >= (this.startedMs ?? Infinity) + this.#pace.knowsJobAfterMs;
  }

  allRunAt(nowMs: number): boolean {
    const keepsDown = this.fault === 'never-ready' || this.fault === 'restart-loop' || this.fault === 'file-missing';
    return nowMs >= this.runsMs && !keepsDown;
  }

  restartsAt(nowMs: number): number {
    if (this.fault === 'file-missing') return 1;
    if (this.fault !== 'restart-loop' && this.fault !== 'fails-once') return 0;
    const failures = Math.max(0, Math.floor((nowMs - this.answersMs) / this.#pace.restartEveryMs));
    return this.fault === 'fails-once' ? Math.min(1, failures) : failures;
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
      startTimeMs: Math.round(this.answersMs),
      vertices: ['source', 'count'].map((name) => ({ id: name, name, parallelism, tasks })),
    };
  }

  /** A trigger that is known already begins nothing. */
  askForCheckpoint(triggerId: string, nowMs: number): void {
    if (this.#asked.every((asked) => asked.triggerId !== triggerId)) this.#asked.push({ triggerId, atMs: nowMs });
  }

  /** What became of a checkpoint that was asked for; undefined for a trigger that nobody used. */
  askedCheckpointAt(triggerId: string, nowMs: number): { completedId: number | undefined } | undefined {
    const asked = this.#asked.find((one) => one.triggerId === triggerId);
    if (!asked) return undefined;
    const endedMs = Math.max(asked.atMs, this.runsMs) + this.checkpointTakesMs;
    const isDone = this.allRunAt(nowMs) && endedMs <= nowMs;
    return { completedId: isDone ? this.#restoredId + this.#completedBy(endedMs).count : undefined };
  }

  checkpointsAt(nowMs: number): CheckpointStatistics {
    const restoredMs = this.runsMs - this.#pace.restoredBeforeMs;
    const { count, latest } = this.#completedAt(nowMs);
    const underWay = this.#underWayAt(nowMs);
    return {
      counts: {
        restored: this.restoredPath === undefined ? 0 : 1 + this.restartsAt(nowMs),
        completed: count + this.savepoints.length,
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
    return this.#restoredId + this.#completedAt(nowMs).count + this.savepoints.length + 1;
  }

  #takesCheckpointsAt(nowMs: number): boolean {
    return this.allRunAt(nowMs) && this.fault !== 'falls-silent';
  }

  /** Triggered by then by interval: so many, the nth at `runsMs + n * checkpointEveryMs`. */
  #triggeredBefore(nowMs: number): number {
    return Math.max(0, Math.ceil((nowMs - this.runsMs) / this.#pace.checkpointEveryMs) - 1);
  }

  #completedAt(nowMs: number): { count: number; latest: CompletedCheckpoint | undefined } {
    return this.#takesCheckpointsAt(nowMs) ? this.#completedBy(nowMs) : { count: 0, latest: undefined };
  }

  #completedBy(nowMs: number): { count: number; latest: CompletedCheckpoint | undefined } {
    const upTo = nowMs - this.checkpointTakesMs;
    const { checkpointEveryMs } = this.#pace;
    const due = Math.floor((upTo - this.runsMs) / checkpointEveryMs);
    const byInterval = Math.max(0, Math.min(due, this.#triggeredBefore(nowMs)));
    const asked = this.#asked.map(({ atMs }) => atMs).filter((at) => at >= this.runsMs && at <= upTo);
    const count = byInterval + asked.length;
    if (count === 0) return { count, latest: undefined };
    const id = this.#restoredId + count;
    const latest = {
      id,
      isSavepoint: false,
      triggerTimestampMs: Math.max(...asked, byInterval > 0 ? this.runsMs + byInterval * checkpointEveryMs : 0),
      endToEndDurationMs: this.checkpointTakesMs,
      stateSizeBytes: 4_096,
      externalPath: `${this.#checkpointsTo}/${this.jobId}/chk-${id}`,
    };
    return { count, latest };
  }

  #underWayAt(nowMs: number): CheckpointStatistics['underWay'] {
    const times: number[] = [];
    if (this.#takesCheckpointsAt(nowMs)) {
      const isUnderWay = (at: number) => at + this.checkpointTakesMs > nowMs;
      for (let nth = this.#triggeredBefore(nowMs); nth > 0; nth -= 1) {
        const at = this.runsMs + nth * this.#pace.checkpointEveryMs;
        if (!isUnderWay(at)) break;
        times.push(at);
      }
      times.push(...this.#asked.map(({ atMs }) => atMs).filter((at) => at >= this.runsMs && isUnderWay(at)));
      times.sort((a, b) => a - b);
    }
    return [
      ...times.map((triggerTimestampMs) => ({ id: 0, isSavepoint: false, triggerTimestampMs })),
      ...[...this.savepointsUnderWay].map((triggerTimestampMs) => ({ id: 0, isSavepoint: true, triggerTimestampMs })),
    ];
  }
}
