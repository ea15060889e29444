/** Which job comes before which: by tier, then by the weight that its owner gave, then by what it costs, then by name. */
import { jobKey, type JobRef } from './job.ts';
import { annotations } from './marks.ts';
import { tiers, type Tier } from './tier.ts';

export interface Ranked extends JobRef {
  tier: Tier;
  weight: number;
  /** As `costOf` counts; 0 for a twin, which runs already, and infinite where it is not known. */
  cost: number;
}

/** The most important first. A total order: the same on every machine. */
export function compareImportance(a: Ranked, b: Ranked): number {
  return (
    tiers.indexOf(a.tier) - tiers.indexOf(b.tier) ||
    b.weight - a.weight ||
    // Not a difference: two unknown costs are infinite both.
    (a.cost === b.cost ? compareText(jobKey(a), jobKey(b)) : a.cost < b.cost ? -1 : 1)
  );
}

/** Code-unit order: the same on every machine, unlike a locale's. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The weight on a job's object; 1 where there is none, and `bad` where what is there is no number. */
export function weightOf(marks: Record<string, string>): { weight: number; bad?: string } {
  const written = marks[annotations.weight];
  if (written === undefined) return { weight: 1 };
  const weight = written.trim() === '' ? NaN : Number(written);
  return Number.isFinite(weight) ? { weight } : { weight: 1, bad: written };
}

/** Keys of the jobs that feed a job, as its owner lists them; a bare name is of the job's own namespace. */
export function upstreamOf(job: JobRef, marks: Record<string, string>): string[] {
  return (marks[annotations.upstream] ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => (part.includes('/') ? part : `${job.namespace}/${part}`));
}
