/** Makes the report of an escape, relocation or drill out of what became of each job. */
import { jobKey } from '../job/job.ts';
import { tiers } from '../job/tier.ts';
import { productVersion } from '../version.ts';
import { largest, nearestRank } from './nearest-rank.ts';
import type { JobLine, JobReport, Report } from './schema.ts';

export interface ReportInput extends Omit<Report, 'schema' | 'kind' | 'productVersion' | 'totals' | 'tiers' | 'jobs'> {
  /** `escape` unless told. */
  kind?: Report['kind'];
  jobs: readonly JobLine[];
}

const unmeasured = { downtimeSeconds: null, artifacts: null, oldCopy: 'unknown', overlapSeconds: null } as const;

/**
 * The report with its totals and tiers counted from the jobs, and the jobs in their order: tier, wave, namespace/name.
 * A job without a tier is counted in the totals and in no tier. Times are taken of running jobs alone; a tier in which none runs has null for them, a tier without jobs no entry.
 * In a dry run `running` means that the job would have been started.
 * The input's jobs are not changed and may come in any order.
 */
export function assembleReport(input: ReportInput): Report {
  const { kind = 'escape', jobs: lines, ...rest } = input;
  const jobs = lines.map((line) => ({ ...unmeasured, ...line, cluster: line.from })).toSorted(compareJobs);
  const totals = countOutcomes(jobs);
  return { schema: 2, kind, ...rest, productVersion, totals, tiers: summariseTiers(jobs), jobs };
}

/**
 * Order of jobs in every report: tier, wave, namespace/name; those without tier or wave come last. By code units, the
 * same on every machine and locale.
 */
function compareJobs(a: JobReport, b: JobReport): number {
  const byTier = rankOf(a) - rankOf(b) || compareWaves(a.wave, b.wave);
  if (byTier !== 0) return byTier;
  const [keyA, keyB] = [jobKey(a), jobKey(b)];
  return keyA < keyB ? -1 : keyA > keyB ? 1 : 0;
}

function rankOf({ tier }: JobReport): number {
  return tier === null ? tiers.length : tiers.indexOf(tier);
}

/** Those in no wave come last. */
export function compareWaves(a: number | null, b: number | null): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return a - b;
}

function countOutcomes(jobs: readonly JobReport[]): Report['totals'] {
  const totals = { running: 0, left: 0, failed: 0, rolledBack: 0, proven: 0 };
  for (const job of jobs) totals[job.outcome] += 1;
  return totals;
}

function summariseTiers(jobs: readonly JobReport[]): Report['tiers'] {
  const summaries: Report['tiers'] = {};
  for (const tier of tiers) {
    const ofTier = jobs.filter((job) => job.tier === tier);
    if (ofTier.length === 0) continue;
    const running = ofTier.filter((job) => job.outcome === 'running');
    const rto = running.flatMap((job) => job.rtoSeconds ?? []);
    summaries[tier] = {
      jobs: ofTier.length,
      running: running.length,
      rtoSecondsP50: nearestRank(rto, 0.5),
      rtoSecondsMax: largest(rto),
      rpoSecondsMax: largest(running.flatMap((job) => job.rpoSeconds ?? [])),
    };
  }
  return summaries;
}
