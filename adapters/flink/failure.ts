/** What an error status of a JobManager means. */
import { rootCause } from '../../model/health/flink/root-cause.ts';
import type { FailureClass } from '../failure.ts';
import { OutsideFailure } from '../failure.ts';
import { errorsAnswer } from './answers.ts';

const maxQuote = 600;

function classOf(status: number, isFlink: boolean): FailureClass {
  if (status === 401 || status === 403) return 'Unauthorized';
  if (status === 429) return 'Throttled';
  if (status >= 500) return 'Unavailable';
  // Something before Flink has no route to it: the JobManager is not up yet.
  if (!isFlink) return status === 404 ? 'Unavailable' : 'Invalid';
  if (status === 404) return 'NotFound';
  return status === 409 ? 'Conflict' : 'Invalid';
}

/** The failure of a call that was answered with an error status, by Flink or by something in front of it. */
export function failureOf(system: string, what: string, answer: { status: number; body: string }): OutsideFailure {
  const errors = errorsOf(answer.body);
  const failureClass = classOf(answer.status, errors !== undefined);
  const text = errors?.[0] ?? answer.body;
  const quote = (errors ? (rootCause(text) ?? text) : text).trim().slice(0, maxQuote).replace(/\.$/, '');
  const by = errors ? 'by Flink' : 'by something that is not Flink';
  const sentence = `${system}: ${what} was refused ${by} (${answer.status})${quote === '' ? '' : `: ${quote}`}.`;
  return new OutsideFailure(failureClass, system, sentence, { status: answer.status });
}

function errorsOf(body: string): string[] | undefined {
  try {
    return errorsAnswer.safeParse(JSON.parse(body)).data?.errors;
  } catch {
    return undefined;
  }
}
