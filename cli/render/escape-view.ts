/** A running escape on the terminal: the headline, the budget, a bar a tier. */
import { standingSentences } from '../../model/move/operators.ts';
import {
  budgetSentence,
  elapsedMs,
  formatWholeSeconds,
  type EscapeProgress,
  isOver,
  phaseSentence,
  type TierProgress,
  totalProgress,
} from '../../model/move/progress.ts';
import { tiers } from '../../model/job/tier.ts';
import { progressBar } from './bar.ts';
import { type Colours, plainColours } from './colour.ts';
import { pad, printable } from './text-width.ts';

export interface EscapeViewOptions {
  nowMs: number;
  colours?: Colours;
  /** Columns of the terminal; decides how long the bars are. 100 unless told. */
  width?: number;
}

/** The lines of the view, for `createProgress(…).update`. */
export function escapeView(progress: EscapeProgress, options: EscapeViewOptions): string[] {
  const { nowMs, colours = plainColours, width = 100 } = options;
  const total = totalProgress(progress);
  const to = progress.to.map(printable).join(', ') || '…';
  const head = colours.bold(`${printable(progress.zone)} → ${to}`);
  const counts =
    total.jobs === 0 ? '' : `  ${total.running} of ${total.jobs} ${total.jobs === 1 ? 'job runs' : 'jobs run'} again`;
  return [
    `${head}${counts}  ${phaseWords(progress, colours)}`,
    budgetLine(progress, nowMs, colours),
    ...tierLines(progress, Math.max(10, Math.min(40, width - 58)), colours),
    ...standingSentences(progress).map((sentence) => colours.yellow(printable(sentence))),
    ...(progress.note === '' ? [] : [colours.dim(printable(progress.note))]),
    ...(progress.reportKey === null ? [] : [`report  ${printable(progress.reportKey)}`]),
  ];
}

function phaseWords(progress: EscapeProgress, colours: Colours): string {
  const words = phaseSentence(progress.phase);
  if (progress.phase === 'aborted') return colours.red(words);
  if (progress.paused) return colours.yellow(`paused while ${words}`);
  if (progress.phase === 'approve') return colours.yellow(words);
  return progress.phase === 'done' ? colours.green(words) : words;
}

function budgetLine(progress: EscapeProgress, nowMs: number, colours: Colours): string {
  if (isOver(progress)) return colours.dim(`incident ${printable(progress.incident)}`);
  const passedMs = elapsedMs(progress, nowMs);
  const share = passedMs / (progress.budgetSeconds * 1_000);
  const paint = share > 1 ? colours.red : share > 0.75 ? colours.yellow : (text: string): string => text;
  return `${formatWholeSeconds(passedMs)} since the trigger, ${paint(budgetSentence(progress, nowMs))}`;
}

function tierLines(progress: EscapeProgress, barWidth: number, colours: Colours): string[] {
  const known = tiers.flatMap((tier) => {
    const counts = progress.tiers[tier];
    return counts && counts.jobs > 0 ? [{ tier, counts }] : [];
  });
  const digits = Math.max(1, ...known.map(({ counts }) => String(counts.jobs).length));
  return known.map(({ tier, counts }) => {
    const { jobs, running, started, left, failed } = counts;
    const bar = progressBar({ done: running, troubled: left + failed, begun: started, total: jobs }, barWidth, colours);
    return `${tier}  ${bar}  ${pad(String(running), digits, 'right')} of ${pad(String(jobs), digits, 'right')} running${restWords(counts, colours)}`;
  });
}

function restWords(counts: TierProgress, colours: Colours): string {
  const words = [
    counts.started > 0 ? `${counts.started} starting` : '',
    counts.waiting > 0 ? `${counts.waiting} waiting` : '',
    counts.left > 0 ? colours.yellow(`${counts.left} left`) : '',
    counts.failed > 0 ? colours.red(`${counts.failed} failed`) : '',
  ].filter((word) => word !== '');
  return words.length === 0 ? '' : `, ${words.join(', ')}`;
}
