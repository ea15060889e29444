/** Hundreds of jobs, a thin row each. One path a step kind, not one element a step: 1,000 jobs stay light. */
import { markup, type Html, nothing } from '../html/markup.ts';
import { compareWaves } from './assemble.ts';
import { axisHeight } from './page-timeline-axis.ts';
import { maxStepKinds, type TimelineRow } from './timeline.ts';
import { countJobs, outcomeLooks, outcomeSigns } from './words.ts';

/** Units of the stretched drawing; its height is one unit a row. */
const width = 2_000;
const minRowPx = 1.5;
const maxRowPx = 7;
/** Of all tiers together: about two screens. */
const wantedPx = 1_200;

export function thinRows(rows: readonly TimelineRow[], rowsOfAllTiers: number): { height: number; svg: Html } {
  const rowPx = Math.min(maxRowPx, Math.max(minRowPx, wantedPx / rowsOfAllTiers));
  let top = axisHeight;
  const blocks = (['failed', 'left', 'rolledBack', 'running', 'proven'] as const).map((outcome) => {
    const ofOutcome = rows.filter((row) => row.job.outcome === outcome).toSorted(byWaveAndEnd);
    if (ofOutcome.length === 0) return nothing;
    // Failed and left jobs carry a label beside them, so however few they are, they get the height of its text.
    const isWell = outcomeLooks[outcome] === 'running';
    const height = Math.round(Math.max(isWell ? 2 : 16, ofOutcome.length * rowPx));
    const block = outcomeBlock(outcome, ofOutcome, top, height);
    top += height + 2;
    return block;
  });
  return { height: Math.ceil(top - axisHeight) + 2, svg: markup`${blocks}` };
}

function outcomeBlock(outcome: TimelineRow['job']['outcome'], rows: TimelineRow[], top: number, height: number): Html {
  const place = markup`x="0" y="${top}" width="100%" height="${height}"`;
  const view = markup`viewBox="0 0 ${width} ${rows.length}" preserveAspectRatio="none"`;
  const words = `${outcomeSigns[outcome]} ${countJobs(rows.length)}`;
  const label = markup`<rect class="block ${outcomeLooks[outcome]}" ${place} />
<text class="end ${outcomeLooks[outcome]}" x="100%" dx="6" y="${top + 12}">${words}</text>`;
  return markup`${outcomeLooks[outcome] === 'running' ? nothing : label}
<svg ${place} ${view}>${paths(rows)}</svg>
`;
}

function byWaveAndEnd(a: TimelineRow, b: TimelineRow): number {
  return compareWaves(a.job.wave, b.job.wave) || (a.endSeconds ?? Infinity) - (b.endSeconds ?? Infinity) || 0;
}

function paths(rows: readonly TimelineRow[]): Html[] {
  const parts: string[][] = Array.from({ length: maxStepKinds }, () => []);
  const whole: string[] = [];
  rows.forEach((row, y) => {
    if (row.segments.length === 0 && row.end !== null) whole.push(box(0, y, row.end));
    for (const segment of row.segments) parts[segment.kind]!.push(box(segment.start, y, segment.length));
  });
  const ofKinds = parts.flatMap((boxes, kind) =>
    boxes.length === 0 ? [] : [markup`<path class="k${kind}" d="${boxes.join('')}" />`],
  );
  return whole.length === 0 ? ofKinds : [markup`<path class="whole" d="${whole.join('')}" />`, ...ofKinds];
}

function box(start: number, y: number, length: number): string {
  const wide = Math.max(2, Math.round(length * width));
  return `M${Math.round(start * width)} ${y}h${wide}v1h-${wide}z`;
}
