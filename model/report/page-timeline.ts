/** The timeline section: bars with names for a few jobs, thin rows for hundreds, histograms for thousands. */
import { markup, type Html, nothing } from '../html/markup.ts';
import { histogramFigures } from './page-histogram.ts';
import { maxJobsInFull } from './page-jobs.ts';
import { labelledRows } from './page-timeline-bars.ts';
import { thinRows } from './page-timeline-rows.ts';
import { axisLines, axisHeight } from './page-timeline-axis.ts';
import type { Report } from './schema.ts';
import { layOutTimeline, type Timeline } from './timeline.ts';
import { countJobs, formatCount, formatSeconds } from './words.ts';

/** More bars with names than this are no longer read one by one. */
const maxLabelledJobs = 60;

export function timelineSection(report: Report): Html {
  // Nothing has happened in a dry run, whatever was estimated.
  if (report.dryRun || report.jobs.every((job) => job.rtoSeconds === null && job.steps.length === 0)) {
    return nothing;
  }
  if (report.jobs.length > maxJobsInFull) return histogramFigures(report);
  const timeline = layOutTimeline(report);
  const labelled = report.jobs.length <= maxLabelledJobs;
  return markup`<section>
    <h2>Timeline</h2>
    <p class="note">
      From the trigger, ${formatSeconds(0)}, to ${formatSeconds(timeline.spanSeconds)}.
      ${
        timeline.budget === null
          ? `The budget of ${formatSeconds(report.budgetSeconds)} ends far to the right of this picture.`
          : `The line “budget” marks ${formatSeconds(report.budgetSeconds)}.`
      }${labelled ? '' : ' One thin row a job; within a tier by wave and time, those that failed first.'}
    </p>
    ${legend(timeline, labelled)} ${timeline.groups.map((group) => tierFigure(group, timeline, report, labelled))}
  </section>`;
}

function legend({ steps }: Timeline, numbered: boolean): Html {
  if (steps.length === 0) return nothing;
  return markup`<ol class="legend" aria-label="steps, in their order">
    ${steps.map(
      (name, kind) =>
        markup`<li><span class="swatch k${kind}" aria-hidden="true">${numbered ? kind + 1 : ''}</span>${name}</li>`,
    )}
  </ol>`;
}

function tierFigure(group: Timeline['groups'][number], timeline: Timeline, report: Report, labelled: boolean): Html {
  const { tier, rows } = group;
  const summary = report.tiers[tier];
  const content = labelled ? labelledRows(rows) : thinRows(rows, report.jobs.length);
  const height = axisHeight + content.height;
  const counts = `${formatCount(summary?.running ?? 0)} of ${countJobs(rows.length)} running`;
  const times =
    summary && summary.rtoSecondsMax !== null
      ? `, ${summary.running > 1 ? `half within ${formatSeconds(summary.rtoSecondsP50)}, all ` : ''}within ${formatSeconds(summary.rtoSecondsMax)}`
      : '';
  return markup`<figure class="${labelled ? 'bars' : 'rows'}">
    <figcaption><b>${tier}</b> ${counts}${times}</figcaption>
    <svg role="img" aria-labelledby="t-${tier} d-${tier}" width="100%" height="${height}">
      <title id="t-${tier}">Timeline of tier ${tier}</title>
      <desc id="d-${tier}">${counts}${times}. The table below has the times of each job.</desc>
      ${axisLines(timeline, height)} ${content.svg}
    </svg>
  </figure> `;
}
