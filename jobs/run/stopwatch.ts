/** Times the steps of one job for its line in the report's timeline. */
import type { JobReport, StepName } from '../../model/report/schema.ts';

export class Stopwatch {
  readonly steps: JobReport['steps'] = [];
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Runs one step and notes its time, also when it fails. */
  async time<T>(name: StepName, step: () => Promise<T>): Promise<T> {
    const startedMs = this.#now();
    try {
      return await step();
    } finally {
      this.note(name, startedMs, this.#now());
    }
  }

  /** Notes a step whose ends are known. */
  note(name: StepName, startedMs: number, endedMs: number): void {
    this.steps.push({
      name,
      startedAt: new Date(startedMs).toISOString(),
      seconds: Math.max(0, Math.round(endedMs - startedMs) / 1000),
    });
  }
}
