/** The words of a failed activity or child workflow that are worth showing. */
import { ActivityFailure, ApplicationFailure } from '@temporalio/workflow';

/**
 * The message of the innermost cause. A time-out wraps the failure that the last attempt ended with, and says itself
 * only that there was no time for another.
 */
export function whyFailed(failure: Error): string {
  let innermost: Error = failure;
  while (innermost.cause instanceof Error) innermost = innermost.cause;
  return innermost.message;
}

/**
 * Ends the workflow as its activity did, with the same type and sentence: whoever started it reads those at the top.
 * @throws ApplicationFailure for an activity that ended in one; anything else as it came
 */
export function failInItsWords(error: unknown): never {
  const cause = error instanceof ActivityFailure ? error.cause : undefined;
  if (!(cause instanceof ApplicationFailure)) throw error;
  throw ApplicationFailure.nonRetryable(cause.message, cause.type);
}
