/** Who had to make room for the jobs that came, and how each comes back. */
import { markup, type Html, nothing } from '../html/markup.ts';
import { reasonText } from '../outcome/outcome.ts';
import type { PreemptedReport, Report } from './schema.ts';
import { countJobs, formatSeconds, preemptionWord, tellsMore } from './words.ts';

/** Who gets the room of a large job may be a long list: report.json has all of it. */
const maxNamed = 5;
const maxListed = 500;

export function preemptedSection({ preempted }: Report): Html {
  if (preempted.length === 0) return nothing;
  const hidden = preempted.length - maxListed;
  return markup`<section id="preempted">
    <h2>Made room</h2>
    <p class="note">P3 jobs that ran where the jobs went. They stay suspended until <code>az-escape give-back</code> starts them again.</p>
    <div class="scroll">
      <table class="preempted">
        <thead>
          <tr>
            <th scope="col">job</th>
            <th scope="col">outcome</th>
            <th scope="col" class="number">took</th>
            <th scope="col">for</th>
            <th scope="col">savepoint, or reason</th>
          </tr>
        </thead>
        <tbody>
          ${preempted.slice(0, maxListed).map(row)}
        </tbody>
      </table>
    </div>
    ${hidden > 0 ? markup`<p>${countJobs(hidden)} more in <a href="report.json">report.json</a>.</p>` : nothing}
  </section>`;
}

function row(job: PreemptedReport): Html {
  const named = job.makesRoomFor.slice(0, maxNamed).join(', ');
  const more = job.makesRoomFor.length - maxNamed;
  const reason = tellsMore(job) ? markup`<span class="reason">${reasonText(job)}</span>` : nothing;
  return markup`<tr>
<th scope="row">${job.namespace}/<b>${job.name}</b><small>in ${job.zone}</small></th>
<td>${preemptionWord(job.outcome)}</td><td class="number">${formatSeconds(job.seconds)}</td>
<td>${named}${more > 0 ? ` and ${more} more` : ''}</td>
<td>${job.savepoint === null ? nothing : markup`<code>${job.savepoint}</code> `}${reason}</td></tr>
`;
}
