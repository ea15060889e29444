/**
 * How far a running escape is: answered by its query, shown by the command line and in Temporal's current details.
 * Workflows import this file, so nothing here may pull in zod, a clock or I/O.
 */
import { formatDurationMs } from '../duration.ts';
import { type OperatorStanding, standingSentences } from './operators.ts';
import { tiers, type Tier } from '../job/tier.ts';

/** The phases of an escape in their order; `aborted` ends it from any of them. */
export const escapePhases = ['assess', 'plan', 'approve', 'fence', 'waves', 'report', 'done', 'aborted'] as const;
export type EscapePhase = (typeof escapePhases)[number];

/** Where the jobs of one tier are. Each of the `jobs` is counted in exactly one of the other five. */
export interface TierProgress {
  jobs: number;
  /** Not touched yet: its wave has not begun, or there was no turn for it so far. */
  waiting: number;
  /** Told to start; its tasks do not all run yet. */
  started: number;
  running: number;
  left: number;
  failed: number;
}

export interface EscapeProgress extends OperatorStanding {
  phase: EscapePhase;
  /** The lost zone. */
  zone: string;
  /** Its clusters; a zone that is one cluster has its name. */
  clusters: string[];
  /** The surviving zones that take its jobs. */
  to: string[];
  incident: string;
  /** When the escape was triggered, ISO 8601: the budget counts from here. */
  startedAt: string;
  budgetSeconds: number;
  tiers: Partial<Record<Tier, TierProgress>>;
  paused: boolean;
  /** One sentence for people, such as what it waits for; empty when there is nothing to say. */
  note: string;
  /** Key of report.json in the surviving zone's store, once it is written. */
  reportKey: string | null;
}

const phaseSentences: Record<EscapePhase, string> = {
  assess: 'reading what must run',
  plan: 'planning',
  approve: 'waiting for approval',
  fence: 'fencing the lost zone',
  waves: 'starting jobs',
  report: 'writing the report',
  done: 'done',
  aborted: 'aborted',
};

/** What the phase means, for people: "starting jobs". */
export function phaseSentence(phase: EscapePhase): string {
  return phaseSentences[phase];
}

/** True once nothing will change any more. */
export function isOver(progress: EscapeProgress): boolean {
  return progress.phase === 'done' || progress.phase === 'aborted';
}

/** The sum of all tiers. */
export function totalProgress(progress: EscapeProgress): TierProgress {
  const sum: TierProgress = { jobs: 0, waiting: 0, started: 0, running: 0, left: 0, failed: 0 };
  for (const tier of tiers) {
    const counts = progress.tiers[tier];
    if (!counts) continue;
    for (const name of Object.keys(sum) as (keyof TierProgress)[]) sum[name] += counts[name];
  }
  return sum;
}

/** Milliseconds since the trigger; never negative, though clocks of two machines may disagree. */
export function elapsedMs(progress: EscapeProgress, nowMs: number): number {
  return Math.max(0, nowMs - Date.parse(progress.startedAt));
}

/** "0 s", "9 s", "3 m 12 s": a figure that is redrawn all the time must not flicker in its last digit. */
export function formatWholeSeconds(ms: number): string {
  return ms < 60_000 ? `${Math.floor(ms / 1_000)} s` : formatDurationMs(ms);
}

/** "6 m 48 s of the 10 m budget left", or by how much it is over. */
export function budgetSentence(progress: EscapeProgress, nowMs: number): string {
  const budget = formatDurationMs(progress.budgetSeconds * 1_000);
  // Cut before the subtraction, so that the time passed and the time left add up to the budget.
  const leftMs = progress.budgetSeconds * 1_000 - Math.floor(elapsedMs(progress, nowMs) / 1_000) * 1_000;
  const whole = formatWholeSeconds(Math.abs(leftMs));
  return leftMs >= 0 ? `${whole} of the ${budget} budget left` : `${whole} over the ${budget} budget`;
}

/** Temporal's UI renders Markdown: a name or note must not break the table nor become markup. */
function markdownText(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[\\`*_{}[\]<>|#~!]/g, '\\$&');
}

/**
 * Markdown for the current details of the escape's workflow, well below the limit of 20 KB: a headline, the time
 * left of the budget and a table by tier. `nowMs` is the workflow's own time.
 */
export function progressMarkdown(progress: EscapeProgress, nowMs: number): string {
  const total = totalProgress(progress);
  const to = progress.to.map(markdownText).join(', ') || 'no zone yet';
  const state = progress.paused ? `paused while ${phaseSentence(progress.phase)}` : phaseSentence(progress.phase);
  const parts = [
    `**${markdownText(progress.zone)} → ${to}: ${total.running} of ${total.jobs} jobs run again** (${state})`,
    isOver(progress) ? '' : budgetSentence(progress, nowMs),
    progress.note === '' ? '' : `> ${markdownText(progress.note).slice(0, 2_000)}`,
    ...standingSentences(progress).map((sentence) => `**${markdownText(sentence)}**`),
    total.jobs === 0 ? '' : tierTable(progress, total),
    progress.reportKey === null ? '' : `Report: ${markdownText(progress.reportKey)}`,
    `Incident ${markdownText(progress.incident)}, triggered ${markdownText(progress.startedAt)}`,
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function tierTable(progress: EscapeProgress, total: TierProgress): string {
  const row = (name: string, counts: TierProgress): string =>
    `| ${[name, counts.jobs, counts.waiting, counts.started, counts.running, counts.left, counts.failed].join(' | ')} |`;
  const rows = tiers.flatMap((tier) => {
    const counts = progress.tiers[tier];
    return counts ? [row(tier, counts)] : [];
  });
  // The Web UI draws tables without any space between columns: no-break spaces keep the heads apart.
  const names = ['tier', 'jobs', 'waiting', 'starting', 'running', 'left', 'failed'].map(
    (name) => `\u00a0${name}\u00a0`,
  );
  const head = [`| ${names.join(' | ')} |`, '| --- | --: | --: | --: | --: | --: | --: |'];
  return [...head, ...rows, ...(rows.length > 1 ? [row('all', total)] : [])].join('\n');
}
