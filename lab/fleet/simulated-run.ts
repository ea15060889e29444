/**
 * One run of a simulated job. What Flink would say of it follows from the time since its start, so nothing ticks: ten
 * thousand runs that nobody asks about cost nothing.
 */
import { drawId } from './draw.ts';
import type { JobFault } from './job-fault.ts';
import { restAnswersAfter, slowness, startTakesMs } from './start-times.ts';

const checkpointEveryMs = 10_000;
const checkpointTakesMs = 300;
const restartEveryMs = 4_000;

export interface RunSettings {
  /** `namespace/name`. */
  job: string;
  /** Which start of this job it is, from 1. */
  nth: number;
  seed: number;
  /** All that takes time takes so many times less. */
  speed: number;
  /** The path that it was told to restore; undefined: it begins with empty state. */
  path: string | undefined;
  fault: JobFault | undefined;
}

export interface SimulatedCheckpoint {
  id: number;
  triggeredMs: number;
  durationMs: number;
}

export class SimulatedRun {
  readonly jobId: string;
  readonly parallelism = 2;
  readonly fault: JobFault | undefined;
  readonly restoredPath: string | undefined;
  /** The checkpoint or savepoint that it restores. */
  readonly restoredId = 7;
  /** When it began, in epoch milliseconds; undefined while its body is not there. */
  startedMs: number | undefined;
  readonly #takesMs: number;
  readonly #speed: number;
  readonly #asked: number[] = [];

  constructor({ job, nth, seed, speed, path, fault }: RunSettings) {
    this.jobId = drawId(seed, 'job id', job, nth);
    this.fault = fault;
    this.restoredPath = fault === 'wrong-path' ? `${path}-of-yesterday` : path;
    this.#speed = speed;
    this.#takesMs = (startTakesMs(seed, job, nth) * (fault === 'slow' ? slowness : 1)) / speed;
  }

  /** When its JobManager answers, and when all its tasks run; never while its body is not there. */
  get answersMs(): number {
    return this.startedMs === undefined ? Infinity : this.startedMs + this.#takesMs * restAnswersAfter;
  }
  get runsMs(): number {
    return this.startedMs === undefined ? Infinity : this.startedMs + this.#takesMs;
  }

  allRunAt(nowMs: number): boolean {
    return nowMs >= this.runsMs && this.fault !== 'never-ready' && this.fault !== 'restart-loop';
  }

  restartsAt(nowMs: number): number {
    if (this.fault !== 'restart-loop' || nowMs < this.answersMs) return 0;
    return Math.floor((nowMs - this.answersMs) / (restartEveryMs / this.#speed));
  }

  /** A moment before its tasks run. */
  get restoredMs(): number {
    return Math.round(this.runsMs - 500 / this.#speed);
  }

  askForCheckpoint(nowMs: number): void {
    this.#asked.push(nowMs);
  }

  /** The newest that is completed, and how many there are. */
  checkpointsAt(nowMs: number): { completed: number; newest: SimulatedCheckpoint | undefined } {
    if (!this.allRunAt(nowMs)) return { completed: 0, newest: undefined };
    const durationMs = Math.round(checkpointTakesMs / this.#speed);
    const everyMs = checkpointEveryMs / this.#speed;
    const byInterval = Math.max(0, Math.floor((nowMs - durationMs - this.runsMs) / everyMs));
    const asked = this.#asked.filter((at) => at >= this.runsMs && at + durationMs <= nowMs);
    const completed = byInterval + asked.length;
    if (completed === 0) return { completed, newest: undefined };
    const last = Math.max(...asked, byInterval > 0 ? this.runsMs + byInterval * everyMs : 0);
    const newest = { id: this.restoredId + completed, triggeredMs: Math.round(last), durationMs };
    return { completed, newest };
  }
}
