/** What did not come back and why, with what there is to look at: the part that a person must act on. */
import { markup, type Html, nothing } from '../html/markup.ts';
import { reasonText } from '../outcome/outcome.ts';
import { outcomeBadge } from './page-words.ts';
import type { JobReport, Report } from './schema.ts';
import { gatherTroubles, type Trouble } from './troubles.ts';
import { countJobs, orDash, outcomeLooks } from './words.ts';

/** A fleet that fails as a whole must not make a page that no browser opens: report.json has them all. */
const maxCauses = 200;
const maxJobsPerCause = 100;

export function troublesSection(report: Report): Html {
  const troubles = gatherTroubles(report.jobs);
  if (troubles.length === 0) return nothing;
  const rest = troubles.slice(maxCauses).reduce((sum, trouble) => sum + trouble.jobs.length, 0);
  return markup`<section class="troubles">
    <h2>${report.dryRun ? 'What would not come back' : 'What did not come back'}</h2>
    ${troubles.slice(0, maxCauses).map((trouble) => causeArticle(trouble, report))}
    ${rest > 0 ? markup`<p>${countJobs(rest)} more, each for another reason, in <a href="report.json">report.json</a>.</p>` : nothing}
  </section>`;
}

function causeArticle(trouble: Trouble, report: Report): Html {
  const { outcome, jobs } = trouble;
  const why = markup`<p class="reason">${reasonText(trouble)}</p>`;
  if (jobs.length === 1) {
    return markup`<article class="${outcomeLooks[outcome]}">
      <h3>${outcomeBadge(outcome, report)} ${jobName(jobs[0]!)}</h3>
      ${why}${evidenceList(jobs[0]!)}
    </article> `;
  }
  const hidden = jobs.length - maxJobsPerCause;
  const list = markup`<ul class="jobs">
    ${jobs.slice(0, maxJobsPerCause).map((job) => markup`<li>${jobName(job)}${evidenceList(job)}</li>`)}${
      hidden > 0 ? markup`<li>and ${countJobs(hidden)} more in <a href="report.json">report.json</a></li>` : nothing
    }
  </ul>`;
  return markup`<article class="${outcomeLooks[outcome]}">
    <h3>${outcomeBadge(outcome, report)} ${countJobs(jobs.length)} for the same reason</h3>
    ${why}${
      jobs.length <= 5
        ? list
        : markup`<details>
            <summary>Which jobs</summary>
            ${list}
          </details>`
    }
  </article> `;
}

function jobName(job: JobReport): Html {
  return markup`<span class="job"><span class="tier">${orDash(job.tier)}</span> ${job.namespace}/<b>${job.name}</b></span>`;
}

/** Evidence kept beside the report; nothing else becomes a link, least of all an address from a cluster. */
const besideReport = /^evidence\/(?!.*\.\.)[\w./-]+$/;

function evidenceList(job: JobReport): Html {
  if (job.evidence.length === 0) return nothing;
  return markup`<ul class="evidence">
    ${job.evidence.map((evidence) =>
      besideReport.test(evidence)
        ? markup`<li><a href="${evidence}">${evidence}</a></li>`
        : markup`<li><code>${evidence}</code></li>`,
    )}
  </ul>`;
}
