/** The figures at the top: tiles, and one line a tier against the budget. */
import { tiers } from '../job/tier.ts';
import { isOverBudget, oldestStateSeconds, slowestSeconds } from './headline.ts';
import { markup, type Html, nothing } from '../html/markup.ts';
import type { Report } from './schema.ts';
import { countJobs, formatCount, formatSeconds, outcomeSigns, outcomeWord, unbroken } from './words.ts';

export function summaryTiles(report: Report): Html {
  const slowest = slowestSeconds(report);
  const share = slowest === null ? 0 : Math.round((slowest / report.budgetSeconds) * 100);
  const ofBudget =
    slowest === null ? 'no time known' : `${share} % of the ${formatSeconds(report.budgetSeconds)} budget`;
  const slowestLook = isOverBudget(slowest, report) ? 'failed' : 'plain';
  return markup`<ul class="tiles">
    ${(['running', 'left', 'failed'] as const).map((outcome) =>
      tile(
        outcomeWord(outcome, report),
        signed(outcomeSigns[outcome], formatCount(report.totals[outcome])),
        `of ${countJobs(report.jobs.length)}`,
        report.totals[outcome] > 0 ? outcome : 'none',
      ),
    )}
    ${tile('slowest to run again', formatSeconds(slowest), ofBudget, slowestLook)}
    ${tile('oldest state', formatSeconds(oldestStateSeconds(report)), 'at the loss', 'plain')}
    ${fenceTile(report)}
  </ul>`;
}

const fenceSigns = { fenced: ['✓', 'running'], unreachable: ['!', 'left'], skipped: ['–', 'plain'] } as const;

function fenceTile(report: Report): Html {
  const [sign, look] = fenceSigns[report.fence.outcome];
  return tile(
    `fence of ${report.zone}`,
    signed(sign, markup`<a href="#about">${report.fence.outcome}</a>`),
    report.fence.outcome === 'unreachable' ? 'it may still run there' : '',
    `${look} word`,
  );
}

function signed(sign: string, figure: string | Html): Html {
  return markup`<span class="sign" aria-hidden="true">${sign}</span>${figure}`;
}

function tile(name: string, figure: string | Html, rest: string, look: string): Html {
  return markup`<li class="tile ${look}">
    <span class="name">${name}</span><strong>${figure}</strong><span class="rest">${unbroken(rest)}</span>
  </li>`;
}

/** Tier by tier against the whole budget, whatever part of it the timeline below shows. */
export function tiersSection(report: Report): Html {
  if (report.jobs.length === 0) return nothing;
  const fullSeconds = Math.max(report.budgetSeconds, slowestSeconds(report) ?? 0);
  const percent = (seconds: number | null): string =>
    `${Math.min(100, ((seconds ?? 0) / fullSeconds) * 100).toFixed(1)}%`;
  const rows = tiers.flatMap((tier) => {
    const summary = report.tiers[tier];
    if (!summary) return [];
    const over = isOverBudget(summary.rtoSecondsMax, report);
    const gauge = [
      markup`<span class="all${over ? ' late' : ''}" style="width:${percent(summary.rtoSecondsMax)}"></span>`,
      markup`<span class="half" style="width:${percent(summary.rtoSecondsP50)}"></span>`,
      markup`<span class="limit" style="left:${percent(report.budgetSeconds)}"></span>`,
    ];
    return [
      markup`<tr>
        <th scope="row">${tier}</th>
        <td class="number">${formatCount(summary.running)}<small> of ${formatCount(summary.jobs)}</small></td>
        <td class="number">${formatSeconds(summary.rtoSecondsP50)}</td>
        <td class="number">
          ${formatSeconds(summary.rtoSecondsMax)}${over ? markup` <span class="over">over</span>` : nothing}
        </td>
        <td class="number">${formatSeconds(summary.rpoSecondsMax)}</td>
        <td class="gauge" aria-hidden="true">
          <span class="track">${gauge}</span>
        </td>
      </tr> `,
    ];
  });
  return markup`<section>
    <h2>Tiers</h2>
    <div class="scroll">
      <table class="tiers">
        <thead>
          <tr>
            <th scope="col">tier</th>
            <th scope="col" class="number">${outcomeWord('running', report)}</th>
            <th scope="col" class="number">half within</th>
            <th scope="col" class="number">all within</th>
            <th scope="col" class="number">oldest state</th>
            <th scope="col" class="gauge" aria-hidden="true">of the ${formatSeconds(report.budgetSeconds)} budget</th>
          </tr>
        </thead>
        <tbody>
          ${rows}
        </tbody>
      </table>
    </div>
  </section>`;
}
