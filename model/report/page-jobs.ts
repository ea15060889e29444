/** The table of jobs: all of them up to a point, above it those that need a look. */
import { isOverBudget } from './headline.ts';
import { markup, type Html, nothing } from '../html/markup.ts';
import { reasonText } from '../outcome/outcome.ts';
import { outcomeBadge } from './page-words.ts';
import type { JobReport, Report } from './schema.ts';
import { troublesFirst } from './troubles.ts';
import { countJobs, formatSeconds, orDash, outcomeLooks, shortRecoveryPoint } from './words.ts';

/** Above this many jobs the page lists only failed and left jobs and the slowest ones, and draws histograms. */
export const maxJobsInFull = 1_500;
const slowestShown = 50;
const maxTroublesShown = 1_000;

export function jobsSection(report: Report): Html {
  if (report.jobs.length === 0) return nothing;
  const { jobs, note } = chooseJobs(report);
  return markup`<section>
    <h2>Jobs</h2>
    ${note === '' ? nothing : markup`<p class="note">${note} All of them: <a href="report.json">report.json</a>.</p>`}
    <table class="jobs">
      <thead>
        <tr>
          <th scope="col">job</th>
          <th scope="col">tier</th>
          <th scope="col" class="number">wave</th>
          <th scope="col">outcome</th>
          <th scope="col" class="number">time to run again</th>
          <th scope="col" class="number">state age at the loss</th>
          <th scope="col">recovery point</th>
          <th scope="col">restored path, or reason</th>
        </tr>
      </thead>
      <tbody>
        ${jobs.map((job) => jobRow(job, report))}
      </tbody>
    </table>
  </section>`;
}

function chooseJobs(report: Report): { jobs: JobReport[]; note: string } {
  const ordered = troublesFirst(report.jobs);
  if (ordered.length <= maxJobsInFull) return { jobs: ordered, note: '' };
  const troubles = ordered.filter((job) => job.outcome !== 'running');
  const shown = troubles.slice(0, maxTroublesShown);
  const slowest = ordered
    .filter((job) => job.outcome === 'running')
    .toSorted((a, b) => (b.rtoSeconds ?? 0) - (a.rtoSeconds ?? 0))
    .slice(0, slowestShown);
  const which = shown.length < troubles.length ? `the first ${countJobs(shown.length)} that` : 'the jobs that';
  return {
    jobs: [...shown, ...slowest],
    note: `Of ${countJobs(report.jobs.length)}, listed here: ${troubles.length === 0 ? '' : `${which} failed or were left, and `}the slowest ${slowest.length}.`,
  };
}

function jobRow(job: JobReport, report: Report): Html {
  const place = [
    ...(report.to.length > 1 && job.to !== null ? [`in ${job.to}`] : []),
    ...(job.epoch === null ? [] : [`epoch ${job.epoch}`]),
  ].join(', ');
  const late = isOverBudget(job.rtoSeconds, report) ? markup` <span class="over">over</span>` : nothing;
  return markup`<tr class="${outcomeLooks[job.outcome]}">
<th scope="row">${job.namespace}/<b>${job.name}</b><small>${place}</small></th>
<td>${orDash(job.tier)}</td><td class="number">${orDash(job.wave)}</td><td>${outcomeBadge(job.outcome, report)}</td>
<td class="number">${formatSeconds(job.rtoSeconds)}${late}${longestStep(job)}</td>
<td class="number">${formatSeconds(job.rpoSeconds)}</td>
<td>${recoveryPoint(job)}</td><td>${endNote(job)}</td></tr>
`;
}

/** Where the time went: the first question about a slow job; where it ended, about a failed one. */
function longestStep(job: JobReport): Html {
  const [first, ...others] = job.steps;
  if (!first || others.length === 0) return nothing;
  if (job.outcome !== 'running') return markup`<small>ended in ${job.steps.at(-1)!.name}</small>`;
  const longest = others.reduce((most, step) => (step.seconds > most.seconds ? step : most), first);
  return markup`<small>${longest.name} ${formatSeconds(longest.seconds)}</small>`;
}

function recoveryPoint({ recoveryPoint: address }: JobReport): Html {
  if (address === null) return markup`–`;
  const short = shortRecoveryPoint(address);
  return short === address ? markup`<code>${short}</code>` : markup`<code title="${address}">${short}</code>`;
}

function endNote(job: JobReport): Html {
  const path = job.restoredPath === null ? nothing : markup`<code>${job.restoredPath}</code>`;
  if (job.outcome !== 'running') return markup`<span class="reason">${reasonText(job)}</span>${path}`;
  return job.restoredPath === null ? markup`${job.message}` : path;
}
