/** What all stores share in telling failures: one sentence for people, and what a broken connection means. */
import type { Clock } from '../clock.ts';
import { OutsideFailure } from '../failure.ts';
import { Stalled } from './stall-watch.ts';

/** One call to a store, as failures name it. */
export interface StoreCall {
  /** "store az-b/s3" */
  system: string;
  /** "read", "put", … */
  operation: string;
  key: string;
  clock: Clock;
  signal?: AbortSignal | undefined;
}

/** "store az-b/s3: read of epochs/default/orders/3" */
export function describeCall(call: StoreCall): string {
  return `${call.system}: ${call.operation} of ${call.key === '' ? 'its root' : call.key}`;
}

/**
 * What to throw when a call ended because its signal fired. A deadline is the store's failure (`Unreachable`); a
 * cancellation belongs to the caller and is handed back as it is, so that it is never retried as a failure.
 */
export function endedBySignal(call: StoreCall): unknown {
  const reason: unknown = call.signal?.reason;
  if (reason instanceof Error && reason.name === 'TimeoutError') {
    return new OutsideFailure('Unreachable', call.system, `${describeCall(call)} did not end within its deadline.`, {
      cause: reason,
    });
  }
  return reason;
}

/** Names and codes by which Node, undici and the AWS SDK say that there was no (whole) answer. */
const brokenConnection = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'ERR_STREAM_PREMATURE_CLOSE',
  'TimeoutError',
  'AbortError',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'UND_ERR_SOCKET',
  'UND_ERR_ABORTED',
  'UND_ERR_CLOSED',
  'UND_ERR_DESTROYED',
]);

/** `Unreachable` if the error tells of a connection that failed, broke or stayed silent; undefined for other errors. */
export function connectionFailure(call: StoreCall, error: unknown): OutsideFailure | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error instanceof Stalled) {
    return new OutsideFailure('Unreachable', call.system, `${describeCall(call)} ${error.message}.`, { cause: error });
  }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  if (!brokenConnection.has(code)) return undefined;
  return new OutsideFailure('Unreachable', call.system, `${describeCall(call)} got no answer (${code}).`, {
    cause: error,
  });
}
