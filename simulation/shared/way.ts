/** What the parts of a simulated zone stand on: a way in, which each request passes, and a clock. */

export type Part = 'kubernetes' | 'store' | 'flink';

export interface Way {
  /** Of the zone. */
  readonly name: string;
  /** One request. `effect` runs at once and whole, as the other side would do it. */
  request<T>(
    part: Part,
    operation: string,
    object: string,
    signal: AbortSignal | undefined,
    effect: () => T,
  ): Promise<T>;
}

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Waits for so much of this clock's time, unless the signal fires first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
