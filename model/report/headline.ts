/** The report in one breath: what a person woken at night reads first. */
import { largest } from './nearest-rank.ts';
import type { Report } from './schema.ts';
import { countJobs, formatCount, formatSeconds, listZones } from './words.ts';

/** The longest time any running job took, over all tiers; null when none runs. */
export function slowestSeconds(report: Report): number | null {
  return largest(Object.values(report.tiers).flatMap((tier) => tier.rtoSecondsMax ?? []));
}

/** The oldest state any running job went on from, over all tiers; null when none is known. */
export function oldestStateSeconds(report: Report): number | null {
  return largest(Object.values(report.tiers).flatMap((tier) => tier.rpoSecondsMax ?? []));
}

/**
 * "4 of 4 jobs of az-a run again in az-b. The slowest took 48 s of the 10 m budget."
 * What failed or was left is named in the first sentence; a budget that was not kept in the last.
 */
export function headline(report: Report): string {
  return headlineSentences(report).join(' ');
}

/** The same as one or two sentences. */
export function headlineSentences(report: Report): string[] {
  if (report.jobs.length === 0) return [`No job of ${report.zone} had to move.`];
  if (report.dryRun) return [`Dry run, nothing was changed: ${dryRunSentence(report)}`];
  return [`${outcomeSentence(report)}.`, timeSentence(report)].filter((sentence) => sentence !== '');
}

function jobsOf(report: Report): string {
  const { running } = report.totals;
  return `${running === 0 ? 'None' : formatCount(running)} of ${countJobs(report.jobs.length)} of ${report.zone}`;
}

function outcomeSentence(report: Report): string {
  const verb = report.totals.running === 1 || report.totals.running === 0 ? 'runs' : 'run';
  const end = report.kind === 'relocate' ? `now ${verb} in` : `${verb} again in`;
  return `${jobsOf(report)} ${end} ${listZones(report.to)}${troubles(report, 'failed', ['was left', 'were left'])}`;
}

function dryRunSentence(report: Report): string {
  return `${jobsOf(report)} would run in ${listZones(report.to)}${troubles(report, 'would fail', ['would be left', 'would be left'])}.`;
}

function troubles(report: Report, failed: string, left: readonly [string, string]): string {
  const parts: string[] = [];
  if (report.totals.failed > 0) parts.push(`${formatCount(report.totals.failed)} ${failed}`);
  if (report.totals.rolledBack > 0) parts.push(`${formatCount(report.totals.rolledBack)} rolled back`);
  if (report.totals.left > 0)
    parts.push(`${formatCount(report.totals.left)} ${report.totals.left === 1 ? left[0] : left[1]}`);
  return parts.length === 0 ? '' : `; ${parts.join(', ')}`;
}

function timeSentence(report: Report): string {
  const slowest = slowestSeconds(report);
  if (slowest === null) return '';
  const budget = formatSeconds(report.budgetSeconds);
  if (slowest <= report.budgetSeconds) return `The slowest took ${formatSeconds(slowest)} of the ${budget} budget.`;
  const over = report.jobs.filter((job) => job.outcome === 'running' && isOverBudget(job.rtoSeconds, report)).length;
  return `${formatCount(over)} took longer than the ${budget} budget, the slowest ${formatSeconds(slowest)}.`;
}

/** True for a time above the report's budget. */
export function isOverBudget(rtoSeconds: number | null, report: Report): boolean {
  return rtoSeconds !== null && rtoSeconds > report.budgetSeconds;
}
