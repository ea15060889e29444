/** Geometry of the timeline: every length is a share (0 to 1) of the drawn width, so that it fits any screen. */
import { tiers, type Tier } from '../job/tier.ts';
import { largest } from './nearest-rank.ts';
import type { JobReport, Report } from './schema.ts';

/** One step of a job. `kind` is its place in the timeline's `steps`, and so its colour and number in the legend. */
export interface Segment {
  kind: number;
  name: string;
  start: number;
  length: number;
  seconds: number;
}

export interface TimelineRow {
  job: JobReport;
  segments: Segment[];
  /** When the job ran again, or when its last known step ended; null for a job that nothing was done for. */
  endSeconds: number | null;
  /** The same as a share of the width. */
  end: number | null;
}

export interface Tick {
  seconds: number;
  at: number;
}

export interface Timeline {
  /** What the whole width stands for, counted from the trigger. */
  spanSeconds: number;
  ticks: Tick[];
  /** Where the budget ends; null when that lies far to the right of all that happened. */
  budget: Tick | null;
  /** Names of steps in the order in which jobs went through them; the last may stand for all further ones. */
  steps: string[];
  groups: { tier: Tier; rows: TimelineRow[] }[];
}

/** More colours than this cannot be told apart; what comes after them is drawn as one kind. */
export const maxStepKinds = 8;
const otherSteps = 'other steps';

/** The timeline of a report; rows in the order of its jobs. */
export function layOutTimeline(report: Report): Timeline {
  const steps = stepKinds(report.jobs);
  const originMs = Date.parse(report.startedAt);
  const spans = report.jobs.map((job) => jobSpan(job, originMs));
  // Steps such as the confirming checkpoint go on after a job runs again: the picture shows them too.
  const ends = spans.flatMap(({ endSeconds, stretches }) => [
    endSeconds ?? 0,
    ...stretches.map((one) => one.toSeconds),
  ]);
  const axis = chooseAxis(largest(ends) ?? 0, report.budgetSeconds);
  const share = (seconds: number): number => round(Math.min(1, seconds / axis.spanSeconds));

  const rows = spans.map(({ job, stretches, endSeconds }): TimelineRow => {
    const segments = stretches.map(({ name, fromSeconds, toSeconds }) => {
      const start = share(fromSeconds);
      const kind = steps.indexOf(name);
      const length = round(share(toSeconds) - start);
      return { kind: kind < 0 ? maxStepKinds - 1 : kind, name, start, length, seconds: toSeconds - fromSeconds };
    });
    return { job, segments, endSeconds, end: endSeconds === null ? null : share(endSeconds) };
  });

  return {
    ...axis,
    steps,
    groups: tiers
      .map((tier) => ({ tier, rows: rows.filter((row) => row.job.tier === tier) }))
      .filter((group) => group.rows.length > 0),
  };
}

/**
 * The axis for times up to `endSeconds`. Usually it shows the whole budget; when all was over in less than a third
 * of it, only that part, or else the steps would be too narrow to see.
 */
export function chooseAxis(
  endSeconds: number,
  budgetSeconds: number,
): Pick<Timeline, 'spanSeconds' | 'ticks' | 'budget'> {
  const showsBudget = endSeconds > budgetSeconds / 3 || endSeconds === 0;
  const needed = Math.max(showsBudget ? Math.max(endSeconds, budgetSeconds) : endSeconds, 1);
  const stepSeconds =
    tickSteps.find((step) => needed / step <= maxTicks) ?? Math.ceil(needed / maxTicks / 86_400) * 86_400;
  const count = Math.ceil(round(needed / stepSeconds));
  const spanSeconds = count * stepSeconds;
  const ticks = Array.from({ length: count + 1 }, (_, index) => ({
    seconds: index * stepSeconds,
    at: round(index / count),
  }));
  return {
    spanSeconds,
    ticks,
    budget: showsBudget ? { seconds: budgetSeconds, at: round(budgetSeconds / spanSeconds) } : null,
  };
}

const maxTicks = 6;
const tickSteps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 21_600, 43_200, 86_400];

function stepKinds(jobs: readonly JobReport[]): string[] {
  const names = new Set<string>();
  for (const job of jobs) for (const step of job.steps) names.add(step.name);
  const all = [...names];
  return all.length <= maxStepKinds ? all : [...all.slice(0, maxStepKinds - 1), otherSteps];
}

interface Stretch {
  name: string;
  fromSeconds: number;
  toSeconds: number;
}

/** Steps that lie before the trigger (a twin started long ago) are cut off there: the width begins at the trigger. */
function jobSpan(
  job: JobReport,
  originMs: number,
): { job: JobReport; stretches: Stretch[]; endSeconds: number | null } {
  const stretches = job.steps.flatMap((step): Stretch[] => {
    const fromSeconds = (Date.parse(step.startedAt) - originMs) / 1_000;
    const toSeconds = fromSeconds + step.seconds;
    if (!Number.isFinite(toSeconds) || toSeconds <= 0) return [];
    return [{ name: step.name, fromSeconds: Math.max(0, fromSeconds), toSeconds }];
  });
  return { job, stretches, endSeconds: job.rtoSeconds ?? largest(stretches.map((stretch) => stretch.toSeconds)) };
}

/** Four digits are a tenth of a pixel on a wide screen; more would only make the page heavier. */
function round(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
