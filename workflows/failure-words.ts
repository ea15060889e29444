/** The words of a failed activity or child workflow that are worth showing. */

/**
 * The message of the innermost cause. A time-out wraps the failure that the last attempt ended with, and says itself
 * only that there was no time for another.
 */
export function whyFailed(failure: Error): string {
  let innermost: Error = failure;
  while (innermost.cause instanceof Error) innermost = innermost.cause;
  return innermost.message;
}
