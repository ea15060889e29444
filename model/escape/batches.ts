/**
 * How a plan's waves are cut into batches. Workflows import this file, so nothing here may pull in zod, a clock or I/O.
 */
import type { Tier } from '../tier.ts';

/** A range of a wave's jobs. */
export interface Batch {
  wave: number;
  tier: Tier;
  /** From inclusive, to exclusive. */
  from: number;
  to: number;
  /** There if its jobs have room only once P3 jobs of the peer zone ended. */
  waits?: true;
}

interface Batched {
  wave: number;
  tier: Tier;
  jobs: readonly { waits?: true }[];
}

/**
 * Batches of waves in the order in which they start: none spans two waves, none is larger than `size`, and none has
 * both jobs that wait for room and jobs that need not.
 */
export function batchesOf(waves: readonly Batched[], size: number): Batch[] {
  return waves.flatMap(({ wave, tier, jobs }) => {
    const firstWaiting = jobs.findIndex(({ waits }) => waits);
    const ready = firstWaiting < 0 ? jobs.length : firstWaiting;
    return [
      ...slices(0, ready, size).map((slice) => ({ wave, tier, ...slice })),
      ...slices(ready, jobs.length, size).map((slice) => ({ wave, tier, ...slice, waits: true as const })),
    ];
  });
}

function slices(from: number, to: number, size: number): { from: number; to: number }[] {
  return Array.from({ length: Math.ceil((to - from) / size) }, (_, index) => ({
    from: from + index * size,
    to: Math.min(to, from + (index + 1) * size),
  }));
}
