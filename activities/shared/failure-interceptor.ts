/**
 * The edge between activities and Temporal: failures of the outside and typed failures become ApplicationFailures
 * with their class as type, so that retry policies and workflows can tell them apart. Everything else is a bug and is
 * retried as Temporal does by default.
 */
import { CancelledFailure } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { ActivityInboundCallsInterceptor } from '@temporalio/worker';
import { OutsideFailure } from '../../adapters/failure.ts';
import { TypedFailure } from '../../adapters/typed-failure.ts';

/** One activity's call with its failures classed. */
export const classFailures: ActivityInboundCallsInterceptor = {
  async execute(input, next) {
    try {
      return await next(input);
    } catch (error) {
      throw toApplicationFailure(error);
    }
  },
};

/** Keeps the sentence, drops the cause: causes of HTTP clients carry requests, and requests carry credentials. */
function toApplicationFailure(error: unknown): unknown {
  if (error instanceof CancelledFailure || error instanceof ApplicationFailure) return error;
  if (error instanceof TypedFailure) {
    return ApplicationFailure.create({ message: error.message, type: error.code, nonRetryable: true });
  }
  if (error instanceof OutsideFailure) {
    return ApplicationFailure.create({
      message: error.message,
      type: error.failureClass,
      nonRetryable: !error.retryable,
      ...(error.retryAfterMs === undefined ? {} : { nextRetryDelay: error.retryAfterMs }),
    });
  }
  return error;
}
