/** How much may cross the link between the zones: each step of a file begins when those before it are paid for. */
export class Pace {
  readonly #bytesPerSecond: number;
  #freeAtMs = Number.NEGATIVE_INFINITY;

  constructor(bytesPerSecond: number) {
    this.#bytesPerSecond = bytesPerSecond;
  }

  /** Milliseconds after which so many bytes, asked for at `nowMs`, may pass. Asking takes its place in the line. */
  delayMs(sizeBytes: number, nowMs: number): number {
    const beginsMs = Math.max(nowMs, this.#freeAtMs);
    this.#freeAtMs = beginsMs + (sizeBytes / this.#bytesPerSecond) * 1000;
    return beginsMs - nowMs;
  }
}
