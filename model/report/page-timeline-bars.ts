/** One named bar a job, its steps numbered like the legend where there is room. */
import { markup, type Html, nothing } from '../html/markup.ts';
import { axisHeight, percent } from './page-timeline-axis.ts';
import type { Segment, TimelineRow } from './timeline.ts';
import { formatSeconds, outcomeLooks, outcomeSigns } from './words.ts';

const rowHeight = 26;
/** Narrower steps have no room for their number on a phone. */
const minNumberedLength = 0.04;
const maxNameLength = 34;

export function labelledRows(rows: readonly TimelineRow[]): { height: number; svg: Html } {
  return {
    height: rows.length * rowHeight + 4,
    svg: markup`${rows.map((row, index) => bar(row, axisHeight + index * rowHeight))}`,
  };
}

function bar(row: TimelineRow, top: number): Html {
  const { job, segments, end } = row;
  const name = `${job.namespace}/${job.name}`;
  const first = segments[0]?.start ?? end ?? 0;
  const words =
    job.outcome === 'running' ? formatSeconds(row.endSeconds) : `${outcomeSigns[job.outcome]} ${job.outcome}`;
  const what = `${name}: ${job.outcome}${row.endSeconds === null ? '' : `, ${formatSeconds(row.endSeconds)}`}`;
  const wait = markup`<line class="wait" x1="0" x2="${percent(first)}" y1="${top + 13}" y2="${top + 13}" />`;
  const whole = markup`<rect class="whole" x="0" y="${top + 6}" width="${percent(end ?? 0)}" height="14" />`;
  return markup`<g>
<title>${what}</title>
<text class="job-name" x="0" y="${top + 17}">${shorten(name)}</text>
<g class="bar">
${first > 0 ? wait : nothing}
${segments.length === 0 && end !== null ? whole : segments.map((segment) => step(segment, top))}
<text class="end ${outcomeLooks[job.outcome]}" x="${percent(lastEdge(row))}" dx="6" y="${top + 17}">${words}</text>
</g>
</g>
`;
}

/** Steps such as the confirming checkpoint go on after the job runs: its words stand behind the last of them. */
function lastEdge({ segments, end }: TimelineRow): number {
  return Math.max(end ?? 0, ...segments.map(({ start, length }) => start + length));
}

function step({ kind, name, start, length, seconds }: Segment, top: number): Html {
  const number = markup`<text class="step" x="${percent(start + length / 2)}" y="${top + 17}">${kind + 1}</text>`;
  const place = markup`x="${percent(start)}" y="${top + 6}" width="${percent(Math.max(length, 0.002))}" height="14"`;
  return markup`<rect class="k${kind}" ${place}><title>${name}: ${formatSeconds(seconds)}</title></rect>
${length < minNumberedLength ? nothing : number}`;
}

/** The end of a name tells jobs apart more often than its beginning: the middle goes. */
function shorten(name: string): string {
  const characters = Array.from(name);
  if (characters.length <= maxNameLength) return name;
  return `${characters.slice(0, 12).join('')}…${characters.slice(13 - maxNameLength).join('')}`;
}
