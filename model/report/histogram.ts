/** How many jobs ran again after how long: what is left to draw when there are too many jobs for a bar each. */
import type { Tier } from '../job/tier.ts';
import type { Report } from './schema.ts';
import { chooseAxis, type Timeline } from './timeline.ts';

export interface Histogram {
  tier: Tier;
  /** Running jobs by their time to run again; equal widths over the whole axis, the first from zero. */
  counts: number[];
  mostInOne: number;
}

export interface Histograms {
  axis: Pick<Timeline, 'spanSeconds' | 'ticks' | 'budget'>;
  /** What one column stands for. */
  columnSeconds: number;
  tiers: Histogram[];
}

const columns = 50;

/** One histogram a tier over a common axis; tiers in which nothing runs again are left out. */
export function layOutHistograms(report: Report): Histograms {
  const times = new Map<Tier, number[]>();
  let endSeconds = 0;
  for (const job of report.jobs) {
    if (job.outcome !== 'running' || job.tier === null || job.rtoSeconds === null) continue;
    const ofTier = times.get(job.tier) ?? [];
    ofTier.push(job.rtoSeconds);
    times.set(job.tier, ofTier);
    endSeconds = Math.max(endSeconds, job.rtoSeconds);
  }
  const axis = chooseAxis(endSeconds, report.budgetSeconds);
  const columnSeconds = axis.spanSeconds / columns;
  return {
    axis,
    columnSeconds,
    tiers: [...times].map(([tier, seconds]) => {
      const counts = Array.from({ length: columns }, () => 0);
      for (const value of seconds) counts[Math.min(columns - 1, Math.floor(value / columnSeconds))]! += 1;
      return { tier, counts, mostInOne: counts.reduce((most, count) => Math.max(most, count), 0) };
    }),
  };
}
