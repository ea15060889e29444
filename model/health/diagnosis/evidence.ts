/** The lines that a reader of the report checks a diagnosis against. */
import { rootCause } from '../flink/root-cause.ts';
import type { DiagnosisInput, EventFacts, PodFacts } from './input.ts';
import { parseOperatorError } from './operator-error.ts';

/** Enough to judge by; a report holds a thousand jobs. */
const maxLine = 300;
const maxOfEach = 4;

/** Gathered facts, shortened; then what could not be gathered. */
export function evidenceOf(input: DiagnosisInput): string[] {
  const { operatorError, operatorSays, pods, events, exceptions, jobManagerLog, lastFailure, gaps } = input;
  const lines = [
    ...(operatorError ? [`operator: ${parseOperatorError(operatorError).messages.join(' <- ')}`] : []),
    ...(operatorSays ? [`operator says ${operatorSays}`] : []),
    ...first(pods?.filter(isTelling) ?? []).map(describePod),
    ...(pods?.length === 0 ? ['no pods'] : []),
    ...first(onePerReason(events ?? [])).map((event) => `event ${event.reason} of ${event.object}: ${event.message}`),
    ...unique((exceptions ?? []).map((entry) => `exception: ${rootCause(entry.stacktrace) ?? entry.name}`)),
    ...first(lastErrors(jobManagerLog ?? '')).map((line) => `JobManager log: ${line}`),
    ...(lastFailure ? [`last failure: ${lastFailure}`] : []),
    ...(gaps ?? []).map((gap) => `not gathered: ${gap}`),
  ];
  return lines.map(shorten);
}

function isTelling(pod: PodFacts): boolean {
  return !pod.ready || pod.restarts > 0 || pod.reason !== undefined;
}

function describePod(pod: PodFacts): string {
  const why = [pod.reason, pod.unschedulable, pod.message].filter((part) => part !== undefined).join(': ');
  const restarts = pod.restarts > 0 ? `, ${pod.restarts} restarts` : '';
  return `pod ${pod.name}: ${pod.phase}${pod.ready ? ' and ready' : ''}${restarts}${why === '' ? '' : `: ${why}`}`;
}

/** The first of each reason: what befell one pod befell its fifty sisters. */
function onePerReason(events: readonly EventFacts[]): EventFacts[] {
  const warnings = events.filter((event) => event.type === 'Warning');
  return warnings.filter((event, at) => warnings.findIndex((other) => other.reason === event.reason) === at);
}

/** Newest first, without repetitions. */
function lastErrors(log: string): string[] {
  const telling = log.split('\n').filter((line) => /^Caused by: |\b(ERROR|FATAL)\b/.test(line));
  return [...new Set(telling.map((line) => line.trim()))].reverse();
}

function unique(lines: string[]): string[] {
  return first([...new Set(lines)]);
}

function first<T>(items: T[]): T[] {
  return items.slice(0, maxOfEach);
}

function shorten(line: string): string {
  const flat = line.replace(/\s+/g, ' ').trim();
  return flat.length > maxLine ? `${flat.slice(0, maxLine - 1)}…` : flat;
}
