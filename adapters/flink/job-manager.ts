/** One JobManager behind its port: calls, checked answers, classed failures. */
import type { z } from 'zod';
import { rootCause } from '../../model/health/flink/root-cause.ts';
import { OutsideFailure } from '../failure.ts';
import {
  checkpointStatusAnswer,
  checkpointsAnswer,
  checkpointTimeoutAnswer,
  configAnswer,
  exceptionsAnswer,
  jobAnswer,
  jobsAnswer,
  savepointStatusAnswer,
} from './answers.ts';
import { failureOf } from './failure.ts';
import type { FlinkJobManager, TriggerStatus } from './port.ts';
import type { RestRequest, RestTransport } from './transport.ts';
import { describeRequest } from './transport.ts';

/** Flink keeps 16 by default; each is a stack trace of several KB. */
const maxExceptions = 16;

/** `system` for failures: "flink az-b/default/orders". */
export function jobManagerOver(transport: RestTransport, system: string): FlinkJobManager {
  async function ask<T>(request: RestRequest, form: z.ZodType<T>, signal?: AbortSignal): Promise<T> {
    const answer = await transport(request, signal);
    if (answer.status >= 300) throw failureOf(system, describeRequest(request), answer);
    return understand(request, form, answer);
  }

  function understand<T>(request: RestRequest, form: z.ZodType<T>, answer: { status: number; body: string }): T {
    let why = 'the body is not JSON';
    try {
      const parsed = form.safeParse(JSON.parse(answer.body));
      if (parsed.success) return parsed.data;
      const issue = parsed.error.issues[0];
      why = issue ? `${issue.path.join('.') || 'the answer'}: ${issue.message}` : why;
    } catch {
      // Not JSON; said below.
    }
    const sentence = `${system}: the answer to ${describeRequest(request)} is not understood (${why}).`;
    throw new OutsideFailure('BadAnswer', system, sentence, { status: answer.status });
  }

  const get = <T>(path: string, form: z.ZodType<T>, signal?: AbortSignal): Promise<T> =>
    ask({ method: 'GET', path }, form, signal);

  async function trigger(path: string, body: unknown, signal?: AbortSignal): Promise<void> {
    const request = { method: 'POST', path, body } as const;
    const answer = await transport(request, signal);
    if (answer.status >= 300) throw failureOf(system, describeRequest(request), answer);
  }

  /** A trigger that the JobManager does not know (404) is a state of the trigger, not a failure of the call. */
  async function triggerState<S, T>(
    path: string,
    form: z.ZodType<S>,
    read: (status: S) => TriggerStatus<T>,
    signal?: AbortSignal,
  ): Promise<TriggerStatus<T>> {
    try {
      return read(await get(path, form, signal));
    } catch (error) {
      if (error instanceof OutsideFailure && error.failureClass === 'NotFound') return { state: 'unknown' };
      throw error;
    }
  }

  const job = (jobId: string): string => `/jobs/${encodeURIComponent(jobId)}`;

  return {
    jobs: (signal) => get('/jobs', jobsAnswer, signal),
    job: (jobId, signal) => get(job(jobId), jobAnswer, signal),
    checkpoints: (jobId, signal) => get(`${job(jobId)}/checkpoints`, checkpointsAnswer, signal),
    checkpointTimeoutMs: (jobId, signal) => get(`${job(jobId)}/checkpoints/config`, checkpointTimeoutAnswer, signal),
    exceptions: (jobId, signal) =>
      get(`${job(jobId)}/exceptions?maxExceptions=${maxExceptions}`, exceptionsAnswer, signal),
    version: (signal) => get('/config', configAnswer, signal),

    triggerSavepoint({ jobId, triggerId, targetDirectory }, signal) {
      // The default format is CANONICAL, which rewrites the whole state record by record.
      const native = { 'cancel-job': false, formatType: 'NATIVE' };
      const body = { 'target-directory': targetDirectory, ...native, triggerId };
      return trigger(`${job(jobId)}/savepoints`, body, signal);
    },

    savepointStatus(jobId, triggerId, signal) {
      const path = `${job(jobId)}/savepoints/${encodeURIComponent(triggerId)}`;
      return triggerState(
        path,
        savepointStatusAnswer,
        ({ status, operation }) => {
          const location = operation?.location;
          const value = location == null ? undefined : { location };
          return triggerStatus(status.id, value, operation?.['failure-cause']);
        },
        signal,
      );
    },

    triggerCheckpoint(jobId, triggerId, signal) {
      return trigger(`${job(jobId)}/checkpoints`, { checkpointType: 'CONFIGURED', triggerId }, signal);
    },

    checkpointStatus(jobId, triggerId, signal) {
      const path = `${job(jobId)}/checkpoints/${encodeURIComponent(triggerId)}`;
      return triggerState(
        path,
        checkpointStatusAnswer,
        ({ status, operation }) => {
          const checkpointId = operation?.checkpointId;
          const value = checkpointId == null ? undefined : { checkpointId };
          return triggerStatus(status.id, value, operation?.failureCause);
        },
        signal,
      );
    },
  };
}

/** Flink says COMPLETED of a trigger that failed, too: only what stands beside it tells. */
function triggerStatus<T>(
  id: string,
  value: T | undefined,
  failure: { class: string; 'stack-trace': string } | null | undefined,
): TriggerStatus<T> {
  if (failure) return { state: 'failed', cause: rootCause(failure['stack-trace']) ?? failure.class };
  if (id !== 'COMPLETED') return { state: 'in-progress' };
  return value === undefined
    ? { state: 'failed', cause: 'Flink called it COMPLETED, with neither a result nor a failure' }
    : { state: 'completed', value };
}
