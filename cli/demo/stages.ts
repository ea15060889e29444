/** The demo's story on the terminal: numbered stages with their time, and a live line or block below the current one. */
import { formatDurationMs } from '../../model/duration.ts';
import type { Colours } from '../render/colour.ts';
import type { Progress } from '../render/progress.ts';

export class Stages {
  readonly #progress: Progress;
  readonly #colours: Colours;
  readonly #startedMs = performance.now();
  readonly #count: number;
  #number = 0;

  constructor(count: number, progress: Progress, colours: Colours) {
    this.#count = count;
    this.#progress = progress;
    this.#colours = colours;
  }

  /** Runs one stage; its lines are shown live, and at its end one line stays with the time it took. */
  async run<T>(title: string, work: (show: (lines: readonly string[]) => void) => Promise<T>): Promise<T> {
    this.#number += 1;
    const label = `${this.#number}/${this.#count} ${title}`;
    const startedMs = performance.now();
    const show = (lines: readonly string[]) =>
      this.#progress.update([`… ${label}`, ...lines.map((line) => `    ${line}`)]);
    show([]);
    try {
      const result = await work(show);
      this.#progress.update([]);
      this.#progress.log(
        `${this.#colours.green('✔')} ${label}  ${this.#colours.dim(formatDurationMs(performance.now() - startedMs))}`,
      );
      return result;
    } catch (error) {
      this.#progress.update([]);
      this.#progress.log(`${this.#colours.red('✘')} ${label}  ${formatDurationMs(performance.now() - startedMs)}`);
      throw error;
    }
  }

  /** A line that stays. */
  say(line: string): void {
    this.#progress.log(`    ${line}`);
  }

  elapsed(): string {
    return formatDurationMs(performance.now() - this.#startedMs);
  }
}
