/**
 * How much may cross the link between the zones: each file begins when those before it are paid for. A file that has
 * begun goes as fast as it goes, so the limit holds on average and not within a file.
 */
export class Pace {
  readonly #bytesPerSecond: number;
  #freeAtMs = Number.NEGATIVE_INFINITY;

  /** 0 means no limit. */
  constructor(bytesPerSecond: number) {
    this.#bytesPerSecond = bytesPerSecond;
  }

  /** Milliseconds after which a file of this size, asked for at `nowMs`, may begin. Asking takes its place in the line. */
  delayMs(sizeBytes: number, nowMs: number): number {
    if (this.#bytesPerSecond === 0) return 0;
    const beginsMs = Math.max(nowMs, this.#freeAtMs);
    this.#freeAtMs = beginsMs + (sizeBytes / this.#bytesPerSecond) * 1000;
    return beginsMs - nowMs;
  }
}
