/** Who started it by what, when, and what fencing the lost zone came to. */
import { actSentence } from '../move/operators.ts';
import { markup, type Html } from '../html/markup.ts';
import { formatInstant, kindName } from './page-words.ts';
import type { Report } from './schema.ts';
import { formatSeconds, listZones } from './words.ts';

export function aboutSection(report: Report): Html {
  const tookSeconds = Math.round((Date.parse(report.finishedAt) - Date.parse(report.startedAt)) / 1_000);
  const facts: [string, Html][] = [
    ['Triggered', markup`by ${report.trigger.by}, via ${report.trigger.via}`],
    ['Incident', markup`${report.incident}`],
    ['From, to', markup`${report.zone}${clustersOf(report)} → ${listZones(report.to)}`],
    ['Began', markup`<time datetime="${report.startedAt}">${formatInstant(report.startedAt)}</time>`],
    [
      'Ended',
      markup`<time datetime="${report.finishedAt}">${formatInstant(report.finishedAt)}</time>, after
        ${formatSeconds(tookSeconds)}`,
    ],
    ...(report.outcome === 'completed' ? [] : [['Outcome', markup`${report.outcome}`] satisfies [string, Html]]),
    ['Plan', planFacts(report)],
    ...report.warnings.map((warning): [string, Html] => ['Warning', markup`${warning}`]),
    ['Budget', markup`${formatSeconds(report.budgetSeconds)} from the trigger to the last job's tasks all running`],
    ['Fence', fenceFacts(report)],
    ...report.operators.map((act): [string, Html] => [
      'Operator',
      markup`${actSentence(act)}, <time datetime="${act.at}">${formatInstant(act.at)}</time>`,
    ]),
    [
      'Report',
      markup`<code>${report.id}</code> of az-escape ${report.productVersion}, all of it for programs in <a href="report.json">report.json</a>`,
    ],
  ];
  return markup`<section id="about">
    <h2>About this ${kindName(report.kind).toLowerCase()}</h2>
    <dl>
      ${facts.map(
        ([name, fact]) =>
          markup`<div>
            <dt>${name}</dt>
            <dd>${fact}</dd>
          </div> `,
      )}
    </dl>
  </section>`;
}

function planFacts({ decidedAt, planAgeSeconds }: Report): Html {
  const age =
    planAgeSeconds === null ? 'nothing was started by it' : `${formatSeconds(planAgeSeconds)} old at the first start`;
  return markup`made <time datetime="${decidedAt}">${formatInstant(decidedAt)}</time>, ${age}`;
}

function clustersOf({ zone, clusters }: Report): string {
  return clusters.includes(zone) ? '' : ` (${listZones(clusters)})`;
}

const fenceMeanings = {
  fenced: (zone: string): string => `${zone} was fenced.`,
  unreachable: (zone: string): string =>
    `${zone} did not answer. Its old jobs may still run there: keep it shut off until its return is fenced.`,
  skipped: (zone: string): string => `${zone} was not fenced.`,
} as const;

function fenceFacts({ fence, zone }: Report): Html {
  return markup`${fenceMeanings[fence.outcome](zone)}${fence.detail === '' ? '' : ` ${fence.detail}`}`;
}
