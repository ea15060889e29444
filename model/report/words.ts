/** Figures as people read them. */
import { formatDurationMs } from '../duration.ts';
import type { JobReport, PreemptedReport, Report } from './schema.ts';

/** Seconds for people: "48 s", "3 m 5 s"; "–" for none. */
export function formatSeconds(seconds: number | null): string {
  if (seconds === null) return '–';
  return seconds === 0 ? '0 s' : formatDurationMs(seconds * 1_000);
}

/** "–" for what is not known. */
export function orDash(value: string | number | null): string {
  return value === null ? '–' : String(value);
}

/** "az-b", "az-b and az-c", "az-b, az-c and az-d". */
export function listZones(zones: readonly string[]): string {
  if (zones.length === 0) return 'no zone';
  if (zones.length === 1) return zones[0]!;
  return `${zones.slice(0, -1).join(', ')} and ${zones.at(-1)!}`;
}

/** "1 job", "1,000 jobs": grouped by hand, as locale data differ from machine to machine. */
export function countJobs(count: number): string {
  return `${formatCount(count)} ${count === 1 ? 'job' : 'jobs'}`;
}

export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** The same text with durations and percentages that no line break tears apart: "3 m 5 s", "39 %". */
export function unbroken(text: string): string {
  return text.replace(/(\d|\bm|\bh|\bd) (?=(?:ms|s|m|h|d|%|\d+ [sm])(?![\w-]))/g, '$1\u00a0');
}

const recoveryPointId = /\d{8}T\d{6}Z-[0-9a-z]{1,16}/;

/** The id alone when the text is the address of a manifest: the rest repeats namespace, name and store. */
export function shortRecoveryPoint(recoveryPoint: string): string {
  return recoveryPointId.exec(recoveryPoint)?.[0] ?? recoveryPoint;
}

/** A sign for each outcome, as colour alone must not tell them apart. */
export const outcomeSigns = { running: '✓', left: '–', failed: '✕', rolledBack: '↩', proven: '✓' } as const;

/** How it went, for colours: what is neither well nor broken looks like what was left. */
export const outcomeLooks = {
  running: 'running',
  left: 'left',
  failed: 'failed',
  rolledBack: 'left',
  proven: 'running',
} as const;

/** What became of a job that was to make room. */
export function preemptionWord(outcome: PreemptedReport['outcome']): string {
  return { suspended: 'made room', left: 'not touched', failed: 'could not be ended', planned: 'would make room' }[
    outcome
  ];
}

/** False for a job that made room, or would, as planned: the outcome says all. */
export function tellsMore({ code }: PreemptedReport): boolean {
  return code !== 'MadeRoom' && code !== 'WouldMakeRoom';
}

/** The word for an outcome: in a dry run a job only "would run". */
export function outcomeWord(outcome: JobReport['outcome'], { dryRun }: Pick<Report, 'dryRun'>): string {
  if (dryRun && outcome === 'running') return 'would run';
  return outcome === 'rolledBack' ? 'rolled back' : outcome;
}
