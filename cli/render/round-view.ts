/** A running round of protection on the terminal: how many jobs are over, and what the others are at. */
import { roundStages, type RoundProgress } from '../../model/protect/round-progress.ts';
import { progressBar } from './bar.ts';
import { type Colours, plainColours } from './colour.ts';
import { pad, printable, textWidth, truncate } from './text-width.ts';

/** More are counted, not shown. */
const mostLines = 12;
const mostNameColumns = 40;

export interface RoundView {
  zone: string;
  jobs: number;
  done: number;
  underWay: readonly RoundProgress[];
}

/** The lines of the view, for `createProgress(…).update`. */
export function roundView(view: RoundView, { colours = plainColours, width = 100 } = {}): string[] {
  const { zone, jobs, done, underWay } = view;
  const named = underWay
    .map((one) => ({ ...one, job: truncate(printable(one.job), mostNameColumns) }))
    .sort((a, b) => (a.job < b.job ? -1 : 1));
  const shown = named.slice(0, mostLines);
  const nameWidth = Math.max(0, ...shown.map(({ job }) => textWidth(job)));
  const barWidth = Math.max(10, Math.min(30, width - nameWidth - 50));
  const more = named.length - shown.length;
  return [
    `${printable(zone)}: ${done} of ${jobs} jobs have a new recovery point or a reason`,
    ...shown.map((one) => `${pad(one.job, nameWidth)}  ${jobWords(one, barWidth, colours)}`),
    ...(more > 0 ? [`and ${more} more under way`] : []),
  ];
}

function jobWords({ stage, files, bytes }: RoundProgress, barWidth: number, colours: Colours): string {
  if (!files || !bytes) return roundStages[stage];
  const bar = progressBar(bytes, barWidth, colours);
  return `${bar}  ${megabytes(bytes.done)} of ${megabytes(bytes.total)} MB, ${files.done} of ${files.total} files`;
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
