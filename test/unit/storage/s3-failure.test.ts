import { S3ServiceException } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../adapters/clock.ts';
import { OutsideFailure } from '../../../adapters/failure.ts';
import { s3Failure } from '../../../adapters/storage/s3/s3-failure.ts';

const call = { system: 'store az-b/s3', operation: 'put', key: 'epochs/default/orders/3', clock: systemClock() };

function answer(status: number, name: string, headers: Record<string, string> = {}): S3ServiceException {
  const error = new S3ServiceException({
    name,
    $fault: status < 500 ? 'client' : 'server',
    message: 'told by the server',
    $metadata: { httpStatusCode: status },
  });
  // The SDK hangs the raw answer on the error after it was made.
  return Object.defineProperty(error, '$response', { value: { statusCode: status, headers } });
}

function classed(error: unknown): OutsideFailure {
  const failure = s3Failure(call, error);
  if (!(failure instanceof OutsideFailure)) expect.fail(`not classed: ${String(failure)}`);
  return failure;
}

describe('failures of S3', () => {
  it.each([
    [403, 'AccessDenied', 'Unauthorized'],
    [403, 'SignatureDoesNotMatch', 'Unauthorized'],
    [400, 'ExpiredToken', 'Unauthorized'],
    [404, 'NoSuchBucket', 'NotFound'],
    [301, 'PermanentRedirect', 'Invalid'],
    [400, 'InvalidRequest', 'Invalid'],
    [400, 'RequestTimeout', 'Unavailable'],
    [409, 'OperationAborted', 'Conflict'],
    [409, 'ObjectParentIsFile', 'Invalid'],
    [412, 'PreconditionFailed', 'Conflict'],
    [413, 'Unknown', 'TooLarge'],
    [429, 'TooManyRequests', 'Throttled'],
    [503, 'SlowDown', 'Throttled'],
    [503, 'ServiceUnavailable', 'Unavailable'],
    [500, 'InternalError', 'Unavailable'],
  ])('%i %s is %s', (status, name, failureClass) => {
    const failure = classed(answer(status, name));
    expect(failure).toMatchObject({ failureClass, status, system: 'store az-b/s3' });
    expect(failure.message).toBe(
      `store az-b/s3: put of epochs/default/orders/3 was refused with ${status} ${name}: told by the server.`,
    );
  });

  it('keeps what the server asks to wait', () => {
    expect(classed(answer(503, 'SlowDown', { 'retry-after': '7' })).retryAfterMs).toBe(7_000);
    expect(classed(answer(503, 'SlowDown', { 'retry-after': 'soon' })).retryAfterMs).toBeUndefined();
  });

  it.each(['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'ETIMEDOUT', 'EPIPE'])('%s is Unreachable', (code) => {
    expect(classed(Object.assign(new Error('no'), { code })).failureClass).toBe('Unreachable');
  });

  it('calls an answer that is not S3 a bad answer, on one short line', () => {
    const page = Object.assign(new SyntaxError(`<html>\n${'x'.repeat(5_000)}`), { $metadata: { httpStatusCode: 200 } });
    const failure = classed(page);
    expect(failure.failureClass).toBe('BadAnswer');
    expect(failure.message.length).toBeLessThan(400);
    expect(failure.message).not.toContain('\n');
  });

  it('calls a passed deadline Unreachable and hands a cancellation back', () => {
    const late = AbortSignal.abort(new DOMException('too late', 'TimeoutError'));
    expect(s3Failure({ ...call, signal: late }, new Error('x'))).toMatchObject({ failureClass: 'Unreachable' });
    const reason = new Error('cancelled');
    expect(s3Failure({ ...call, signal: AbortSignal.abort(reason) }, new Error('x'))).toBe(reason);
  });

  it('passes a failure on that is classed already', () => {
    const failure = new OutsideFailure('Unauthorized', 'secret file /s', 'The secret is missing.');
    expect(s3Failure(call, failure)).toBe(failure);
  });
});
