/** The end of an escape for people on a terminal: the headline, a table of jobs, and below it what did not come back. */
import { jobKey } from '../../model/job/job.ts';
import { reasonText } from '../../model/outcome/outcome.ts';
import { headlineSentences, isOverBudget } from '../../model/report/headline.ts';
import type { JobReport, Report } from '../../model/report/schema.ts';
import { gatherTroubles, type Trouble, troublesFirst } from '../../model/report/troubles.ts';
import {
  countJobs,
  formatSeconds,
  orDash,
  outcomeLooks,
  outcomeSigns,
  outcomeWord,
  preemptionWord,
  shortRecoveryPoint,
  tellsMore,
} from '../../model/report/words.ts';
import { type Colours, plainColours } from './colour.ts';
import { type Cell, type Column, renderTable } from './table.ts';
import { printable, wrap } from './text-width.ts';

export interface ReportTableOptions {
  /** Columns of the terminal; unlimited unless told, as for a file. */
  width?: number;
  colours?: Colours;
  /** The most jobs listed; the rest is named by its number. 100 unless told. */
  maxJobs?: number;
}

const columns: Column[] = [
  { head: 'JOB', keepWidth: 36, minWidth: 14 },
  { head: 'TIER' },
  { head: 'OUTCOME', minWidth: 9 },
  { head: 'RECOVERY POINT', keepWidth: 16, minWidth: 10 },
  { head: 'STATE AGE', align: 'right', keepWidth: 9, minWidth: 8 },
  { head: 'RUNS AGAIN IN', align: 'right', keepWidth: 13, minWidth: 8 },
  { head: 'RESTORED PATH', keepWidth: 12, minWidth: 10, cut: 'start' },
];

/** Which zone took a job is told where there was more than one. */
function columnsOf(several: boolean): Column[] {
  return several ? columns.toSpliced(2, 0, { head: 'ZONE' }) : columns;
}

const maxCauses = 20;
const maxJobsPerCause = 5;
const maxPreempted = 20;

/** The lines of the end of a report. Failed and left jobs come first, as they do on the page. */
export function reportTable(report: Report, options: ReportTableOptions = {}): string[] {
  const { width = Infinity, colours = plainColours, maxJobs = 100 } = options;
  const [first = '', ...others] = headlineSentences(report).map(printable);
  const paint = report.totals.failed > 0 ? colours.red : report.totals.left > 0 ? colours.yellow : colours.green;
  const listed = troublesFirst(report.jobs).slice(0, maxJobs);
  const hidden = report.jobs.length - listed.length;
  const several = new Set(report.jobs.map(({ to }) => to)).size > 1;
  const rows = listed.map((job) => jobCells(job, report, several, colours));
  return [
    ...(rows.length === 0 ? [] : [...renderTable(columnsOf(several), rows, { width, paintHead: colours.dim }), '']),
    ...(hidden > 0 ? [colours.dim(`… ${countJobs(hidden)} more in report.json`), ''] : []),
    ...troubleLines(report, width, colours),
    ...preemptedLines(report, width, colours),
    [paint(first), ...others].join(' '),
  ];
}

function jobCells(job: JobReport, report: Report, several: boolean, colours: Colours): Cell[] {
  const paints = { running: colours.green, left: colours.yellow, failed: colours.red } as const;
  const time = formatSeconds(job.rtoSeconds);
  return [
    jobKey(job),
    orDash(job.tier),
    ...(several ? [orDash(job.to)] : []),
    {
      text: `${outcomeSigns[job.outcome]} ${outcomeWord(job.outcome, report)}`,
      paint: paints[outcomeLooks[job.outcome]],
    },
    job.recoveryPoint === null ? '–' : shortRecoveryPoint(job.recoveryPoint),
    formatSeconds(job.rpoSeconds),
    isOverBudget(job.rtoSeconds, report) ? { text: `${time} over`, paint: colours.red } : time,
    job.restoredPath ?? '–',
  ];
}

function troubleLines(report: Report, width: number, colours: Colours): string[] {
  const troubles = gatherTroubles(report.jobs);
  const lines = troubles.slice(0, maxCauses).flatMap((trouble) => causeLines(trouble, width, colours));
  const rest = troubles.slice(maxCauses).reduce((sum, trouble) => sum + trouble.jobs.length, 0);
  return rest === 0
    ? lines
    : [...lines, `${countJobs(rest)} more did not come back, for other reasons: see report.json`, ''];
}

/** Who had to make room: by name the first ones, all of them in report.json. */
function preemptedLines({ preempted }: Report, width: number, colours: Colours): string[] {
  const lines = preempted.slice(0, maxPreempted).flatMap((job) => {
    const about = [job.savepoint ?? '', tellsMore(job) ? reasonText(job) : '']
      .filter((part) => part !== '')
      .map(printable);
    const head = `${colours.yellow(preemptionWord(job.outcome))}  ${colours.bold(printable(jobKey(job)))} in ${printable(job.zone)}`;
    const indent = '    ';
    return [
      head,
      ...about.flatMap((text) => wrap(text, Math.max(20, width - indent.length))).map((line) => indent + line),
    ];
  });
  const hidden = preempted.length - maxPreempted;
  if (hidden > 0) lines.push(`${countJobs(hidden)} more had to make room: see report.json`);
  return lines.length === 0 ? [] : [...lines, ''];
}

function causeLines(trouble: Trouble, width: number, colours: Colours): string[] {
  const { outcome, jobs } = trouble;
  const paint = outcome === 'failed' ? colours.red : colours.yellow;
  const named = jobs.slice(0, maxJobsPerCause).map((job) => printable(jobKey(job)));
  const more = jobs.length > named.length ? ` and ${jobs.length - named.length} more` : '';
  const indent = '    ';
  return [
    `${paint(`${outcomeSigns[outcome]} ${outcomeWord(outcome, { dryRun: false })}`)}  ${colours.bold(named.join(', '))}${more}`,
    ...wrap(printable(reasonText(trouble)), Math.max(20, width - indent.length)).map((line) => indent + line),
    ...(jobs.length === 1 ? jobs[0]!.evidence.map((evidence) => colours.dim(`${indent}${printable(evidence)}`)) : []),
    '',
  ];
}
