/** Words and signs that several parts of the page share. */
import { markup, type Html } from '../html/markup.ts';
import type { JobReport, Report } from './schema.ts';
import { outcomeLooks, outcomeSigns, outcomeWord } from './words.ts';

const kindNames = { escape: 'Escape', relocate: 'Relocation', drill: 'Drill' } as const;

export function kindName(kind: Report['kind']): string {
  return kindNames[kind];
}

/** "2026-11-21 02:03:04 UTC": people on call compare it with logs, which are in UTC. */
export function formatInstant(iso: string): string {
  const instant = new Date(iso);
  return Number.isNaN(instant.getTime()) ? iso : `${instant.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

export function outcomeBadge(outcome: JobReport['outcome'], report: Report): Html {
  const sign = markup`<span aria-hidden="true">${outcomeSigns[outcome]}</span>`;
  return markup`<span class="badge ${outcomeLooks[outcome]}">${sign} ${outcomeWord(outcome, report)}</span>`;
}
