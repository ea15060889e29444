/**
 * The report as one self-contained page: no script, no network, readable on a phone at night, in print and by a
 * screen reader. Signs and words carry every meaning; colour only repeats it.
 */
import { headlineSentences } from './headline.ts';
import { markup, type Html, trusted } from '../html/markup.ts';
import { aboutSection } from './page-about.ts';
import { jobsSection } from './page-jobs.ts';
import { preemptedSection } from './page-preempted.ts';
import { pageStyle } from './page-style.ts';
import { formatInstant, kindName } from './page-words.ts';
import { summaryTiles, tiersSection } from './page-summary.ts';
import { timelineSection } from './page-timeline.ts';
import { troublesSection } from './page-troubles.ts';
import type { Report } from './schema.ts';
import { outcomeSigns, unbroken } from './words.ts';

/** The page of a report. About 0.7 KB a job up to 1,500 jobs; above that only the jobs that need a look are listed. */
export function renderReportHtml(report: Report): string {
  const title = `${report.dryRun ? 'Dry run: ' : ''}${kindName(report.kind)} of ${report.zone}, ${report.incident}`;
  const verdict = verdictOf(report);
  return markup`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="referrer" content="no-referrer" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
        <title>${title}</title>
        <style>
          ${trusted(pageStyle)}
        </style>
      </head>
      <body>
        <header class="${verdict}">
          <p class="kind">az-escape · ${kindName(report.kind)} of ${report.zone}${report.dryRun ? ' · dry run' : ''}</p>
          <h1><span class="sign" aria-hidden="true">${outcomeSigns[verdict]}</span>${headlineSentences(report).map(sentence)}</h1>
          <p class="when">
            ${report.incident} · triggered ${formatInstant(report.startedAt)} by ${report.trigger.by}, via
            ${report.trigger.via}
          </p>
        </header>
        <main>
          ${summaryTiles(report)} ${troublesSection(report)} ${tiersSection(report)} ${timelineSection(report)}
          ${jobsSection(report)} ${preemptedSection(report)} ${aboutSection(report)}
        </main>
      </body>
    </html> `.html;
}

/** Zones have hyphens in their names, and a line that ends in "az-" is read wrongly at night. */
function sentence(words: string): Html {
  const parts = unbroken(words)
    .split(' ')
    .map((word) =>
      word.includes('-') && word.length <= 24 ? markup`<span class="whole-word">${word}</span> ` : `${word} `,
    );
  return markup`<span class="sentence">${parts}</span>`;
}

function verdictOf(report: Report): 'running' | 'left' | 'failed' {
  if (report.totals.failed > 0) return 'failed';
  return report.totals.left + report.totals.rolledBack > 0 ? 'left' : 'running';
}
