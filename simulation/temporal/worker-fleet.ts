/** The worker processes: who takes which task, and what becomes of it when its process is killed. */
import type { EventLog } from '../event-log.ts';
import type { Random } from '../time/random.ts';
import { currentProcess, type Process, type VirtualTime } from '../time/virtual-time.ts';

export type Activities = Record<string, (...args: never[]) => Promise<unknown>>;

/** A worker process and what it registered. */
export interface WorkerProcess extends Process {
  readonly activities: Activities;
  /** What else dies with it. */
  onKill(): void;
}

/** Something that only a living worker can do. */
export interface Task {
  /** Smaller first, as Temporal's priority keys. */
  priority: number;
  run(worker: WorkerProcess): unknown;
}

/** A poll that waits is answered within so much. */
const pollMs = { least: 1, most: 8 };

export class WorkerFleet {
  readonly #time: VirtualTime;
  readonly #random: Random;
  readonly #log: EventLog;
  readonly #open: (name: string) => WorkerProcess;
  readonly #alive: WorkerProcess[] = [];
  readonly #waiting: Task[] = [];
  #started = 0;

  constructor(time: VirtualTime, random: Random, log: EventLog, open: (name: string) => WorkerProcess) {
    this.#time = time;
    this.#random = random;
    this.#log = log;
    this.#open = open;
  }

  get size(): number {
    return this.#alive.length;
  }

  start(): void {
    this.#started += 1;
    const worker = this.#open(`worker-${this.#started}`);
    this.#alive.push(worker);
    this.#log.add('worker', `${worker.name} starts`);
    this.#dispatch();
  }

  /** Kills one of them at this very moment; false when none is alive. */
  killOne(): boolean {
    if (this.#alive.length === 0) return false;
    const [worker] = this.#alive.splice(this.#random.between(0, this.#alive.length - 1), 1);
    worker!.dead = true;
    worker!.onKill();
    this.#log.add('worker', `${worker!.name} is killed`);
    return true;
  }

  /** Hands the task to a worker as soon as one polls, the most important first. */
  offer(task: Task): void {
    const at = this.#waiting.findIndex(({ priority }) => priority > task.priority);
    this.#waiting.splice(at < 0 ? this.#waiting.length : at, 0, task);
    this.#dispatch();
  }

  #dispatch(): void {
    if (this.#alive.length === 0) return;
    for (const task of this.#waiting.splice(0)) {
      const { least, most } = pollMs;
      this.#time.after(
        this.#random.between(least, most),
        () => {
          // Its worker may have died between the poll and the task: then another one gets it.
          if (this.#alive.length === 0) return this.offer(task);
          const worker = this.#random.pick(this.#alive);
          return currentProcess.run(worker, () => task.run(worker));
        },
        null,
      );
    }
  }
}
