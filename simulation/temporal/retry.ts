/** Temporal's way with failed attempts of an activity. */
import { optionalTsToMs } from '@temporalio/common/lib/time.js';
import type { temporal } from '@temporalio/proto';
import type { Failure } from './payloads.ts';

/** `temporal.api.enums.v1.TimeoutType`. */
const timeoutTypes = { startToClose: 1, scheduleToStart: 2, scheduleToClose: 3, heartbeat: 4 } as const;
export type TimeoutType = keyof typeof timeoutTypes;

/** `temporal.api.enums.v1.RetryState`. */
export const retryStates = { nonRetryable: 2, timeout: 3, maximumAttempts: 4, cancelRequested: 7 } as const;

export type NextTry = { afterMs: number } | { over: keyof typeof retryStates };

/** When the next attempt begins after `attempt` (from 1) failed, if there is one. Defaults are the server's. */
export function nextTry(
  policy: temporal.api.common.v1.IRetryPolicy | null | undefined,
  attempt: number,
  failure: Failure,
  leftMs: number,
): NextTry {
  const application = failure.applicationFailureInfo;
  const refused = policy?.nonRetryableErrorTypes ?? [];
  if (application?.nonRetryable || refused.includes(application?.type ?? '')) return { over: 'nonRetryable' };
  if (policy?.maximumAttempts && attempt >= policy.maximumAttempts) return { over: 'maximumAttempts' };
  const initialMs = optionalTsToMs(policy?.initialInterval) ?? 1_000;
  const maximumMs = optionalTsToMs(policy?.maximumInterval) ?? initialMs * 100;
  const backedOffMs = Math.min(maximumMs, initialMs * (policy?.backoffCoefficient || 2) ** (attempt - 1));
  const afterMs = optionalTsToMs(application?.nextRetryDelay) ?? backedOffMs;
  return afterMs >= leftMs ? { over: 'timeout' } : { afterMs };
}

/** The failure of an attempt that ran out of time. */
export function timeoutFailure(type: TimeoutType, cause?: Failure): Failure {
  const words = { startToClose: 'StartToClose', scheduleToStart: 'ScheduleToStart' } as const;
  const name = { ...words, scheduleToClose: 'ScheduleToClose', heartbeat: 'Heartbeat' }[type];
  return {
    message: `activity ${name} timeout`,
    source: 'Server',
    timeoutFailureInfo: { timeoutType: timeoutTypes[type] },
    ...(cause ? { cause } : {}),
  };
}
