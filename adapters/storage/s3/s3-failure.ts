/** Classes the errors of S3 and of servers that speak its protocol. */
import { S3ServiceException } from '@aws-sdk/client-s3';
import { OutsideFailure, type FailureClass } from '../../failure.ts';
import { connectionFailure, describeCall, endedBySignal, type StoreCall } from '../store-failure.ts';

/** Codes whose HTTP status says something else than what they mean to us. */
const classOfCode: Record<string, FailureClass> = {
  // 400 on AWS, though it is the credentials that are refused.
  ExpiredToken: 'Unauthorized',
  InvalidToken: 'Unauthorized',
  TokenRefreshRequired: 'Unauthorized',
  AuthorizationHeaderMalformed: 'Unauthorized',
  CredentialsProviderError: 'Unauthorized',
  // 400, but the same request may pass.
  RequestTimeout: 'Unavailable',
  SlowDown: 'Throttled',
  // 409 of S3 servers that keep objects as files: a repeat never helps, the key itself cannot exist.
  ObjectParentIsFile: 'Invalid',
  ExistingObjectIsDirectory: 'Invalid',
  EntityTooLarge: 'TooLarge',
};

/** True if the error says that the object (not the bucket) is missing. A HEAD has no body, so its 404 does not tell. */
export function isMissingObject(error: unknown): boolean {
  return error instanceof S3ServiceException && error.name === 'NoSuchKey';
}

/** True for a 404 that does not say what is missing. */
export function isUntold404(error: unknown): boolean {
  return error instanceof S3ServiceException && error.name === 'NotFound';
}

/** The HTTP status of an answer from S3; undefined when none came. */
export function statusOf(error: unknown): number | undefined {
  return error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
}

/** What to throw for an error of one call. Failures that are classed already pass through. */
export function s3Failure(call: StoreCall, error: unknown): unknown {
  if (error instanceof OutsideFailure) return error;
  if (call.signal?.aborted) return endedBySignal(call);
  const broken = connectionFailure(call, error);
  if (broken) return broken;
  if (!(error instanceof Error)) return error;

  const status = httpStatus(error);
  const failureClass = classOfCode[error.name] ?? (status === undefined ? undefined : classOfStatus(status));
  if (failureClass === undefined) {
    // Neither an answer nor a known break: what came back could not be read as S3's protocol.
    return new OutsideFailure('BadAnswer', call.system, `${describeCall(call)} failed: ${oneLine(error)}.`, {
      cause: error,
    });
  }
  const told = status === undefined ? error.name : `${status} ${error.name}`;
  const message = `${describeCall(call)} was refused with ${told}: ${oneLine(error)}.`;
  const retryAfterMs = retryAfter(error);
  return new OutsideFailure(failureClass, call.system, message, {
    cause: error,
    ...(status === undefined ? {} : { status }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

function classOfStatus(status: number): FailureClass | undefined {
  // An error with a status of success is an answer that could not be read.
  if (status < 300) return 'BadAnswer';
  // Wrong region or wrong endpoint for the bucket: the SDK does not follow it, a repeat does not help.
  if (status < 400) return 'Invalid';
  if (status === 401 || status === 403) return 'Unauthorized';
  if (status === 404) return 'NotFound';
  if (status === 409 || status === 412) return 'Conflict';
  if (status === 413) return 'TooLarge';
  if (status === 429) return 'Throttled';
  return status < 500 ? 'Invalid' : 'Unavailable';
}

/** Errors of reading an answer are no S3ServiceException but carry the answer's status all the same. */
function httpStatus(error: Error): number | undefined {
  const metadata: unknown = '$metadata' in error ? error.$metadata : undefined;
  if (typeof metadata !== 'object' || metadata === null || !('httpStatusCode' in metadata)) return undefined;
  return typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : undefined;
}

function retryAfter(error: Error): number | undefined {
  if (!(error instanceof S3ServiceException)) return undefined;
  const headers: unknown = error.$response?.headers;
  if (typeof headers !== 'object' || headers === null || !('retry-after' in headers)) return undefined;
  const seconds = Number(headers['retry-after']);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1_000 : undefined;
}

/** Answers of unknown servers may be pages of HTML: one line, at most 200 characters. */
function oneLine(error: Error): string {
  return error.message.replaceAll(/\s+/g, ' ').trim().slice(0, 200).replace(/\.$/, '') || error.name;
}
