/** What the parts of a simulated zone stand on: a way in, which each request passes. */

export type { Clock } from '../../adapters/clock.ts';

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
