/** Thousands of jobs: how many ran again after how long, a histogram a tier. */
import { layOutHistograms, type Histogram } from './histogram.ts';
import { markup, type Html, nothing } from '../html/markup.ts';
import { axisHeight, axisLines, type Axis } from './page-timeline-axis.ts';
import type { Report } from './schema.ts';
import { countJobs, formatSeconds } from './words.ts';

const drawingHeight = 84;

export function histogramFigures(report: Report): Html {
  const { axis, columnSeconds, tiers } = layOutHistograms(report);
  if (tiers.length === 0) return nothing;
  return markup`<section>
    <h2>Times to run again</h2>
    <p class="note">
      How many jobs ran again after how long, one column for ${formatSeconds(columnSeconds)}.
      ${axis.budget === null ? `The budget of ${formatSeconds(report.budgetSeconds)} ends far to the right.` : ''}
    </p>
    ${tiers.map((histogram) => figure(histogram, axis, columnSeconds, report))}
  </section>`;
}

function figure({ tier, counts, mostInOne }: Histogram, axis: Axis, columnSeconds: number, report: Report): Html {
  const height = axisHeight + drawingHeight;
  const summary = report.tiers[tier];
  const words = `${countJobs(summary?.running ?? 0)} running, half within ${formatSeconds(summary?.rtoSecondsP50 ?? null)}, all within ${formatSeconds(summary?.rtoSecondsMax ?? null)}`;
  const boxes = counts.map((count, column) => {
    if (count === 0) return nothing;
    const tall = Math.max(2, Math.round((count / mostInOne) * 100));
    const [from, to] = [column * columnSeconds, (column + 1) * columnSeconds];
    const title = `${countJobs(count)} after ${formatSeconds(from)} to ${formatSeconds(to)}`;
    return markup`<rect x="${column + 0.06}" y="${100 - tall}" width="0.88" height="${tall}"><title>${title}</title></rect>
`;
  });
  const place = markup`x="0" y="${axisHeight}" width="100%" height="${drawingHeight}"`;
  return markup`<figure class="rows">
    <figcaption><b>${tier}</b> ${words}; the tallest column is ${countJobs(mostInOne)}</figcaption>
    <svg role="img" aria-labelledby="t-${tier} d-${tier}" width="100%" height="${height + 2}">
      <title id="t-${tier}">Times to run again in tier ${tier}</title>
      <desc id="d-${tier}">${words}.</desc>
      ${axisLines(axis, height)}
      <svg class="columns" ${place} viewBox="0 0 ${counts.length} 100" preserveAspectRatio="none">${boxes}</svg>
      <line class="base" x1="0" x2="100%" y1="${height}" y2="${height}" />
    </svg>
  </figure> `;
}
