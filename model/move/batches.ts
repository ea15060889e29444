/**
 * How a plan's waves are cut into batches. Workflows import this file, so nothing here may pull in zod, a clock or I/O.
 */
import type { Tier } from '../job/tier.ts';

/** A range of a wave's jobs. */
export interface Batch {
  wave: number;
  tier: Tier;
  /** From inclusive, to exclusive. */
  from: number;
  to: number;
  /** There if its jobs have room only once P3 jobs of the peer zone ended. */
  waits?: true;
  /** The zone in which its jobs start. */
  zone: string;
}

interface Batched {
  wave: number;
  tier: Tier;
  jobs: readonly { waits?: true; to: string }[];
}

/**
 * Batches of waves in the order in which they start: none spans two waves or two zones, none is larger than `size`, and
 * none has both jobs that wait for room and jobs that need not.
 */
export function batchesOf(waves: readonly Batched[], size: number): Batch[] {
  return waves.flatMap(({ wave, tier, jobs }) =>
    stretchesOf(jobs).flatMap(({ from, to, waits, zone }) =>
      slices(from, to, size).map((slice) => ({
        wave,
        tier,
        ...slice,
        zone,
        ...(waits ? { waits } : {}),
      })),
    ),
  );
}

type Stretch = Pick<Batch, 'from' | 'to' | 'waits' | 'zone'>;

/** Runs of jobs that are alike. */
function stretchesOf(jobs: Batched['jobs']): Stretch[] {
  const found: Stretch[] = [];
  for (const [index, { waits, to: zone }] of jobs.entries()) {
    const last = found.at(-1);
    if (last && last.waits === waits && last.zone === zone) last.to = index + 1;
    else found.push({ from: index, to: index + 1, zone, ...(waits ? { waits } : {}) });
  }
  return found;
}

function slices(from: number, to: number, size: number): { from: number; to: number }[] {
  return Array.from({ length: Math.ceil((to - from) / size) }, (_, index) => ({
    from: from + index * size,
    to: Math.min(to, from + (index + 1) * size),
  }));
}
