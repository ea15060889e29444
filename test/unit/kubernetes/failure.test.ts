import { expect, test } from 'vitest';
import { failureOf, isAbsentObject } from '../../../adapters/kubernetes/failure.ts';

const status = (code: number, reason: string, message: string, more: object = {}): string =>
  JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', reason, message, code, ...more });

const what = 'patch of flinkdeployment default/orders';

test.each([
  [401, 'Unauthorized', 'Unauthorized'],
  [403, 'Forbidden', 'Unauthorized'],
  [404, 'NotFound', 'NotFound'],
  [400, 'BadRequest', 'Invalid'],
  [422, 'Invalid', 'Invalid'],
  [409, 'Conflict', 'Conflict'],
  [409, 'AlreadyExists', 'Conflict'],
  [410, 'Expired', 'Unavailable'],
  [429, 'TooManyRequests', 'Throttled'],
  [500, 'InternalError', 'Unavailable'],
  [503, 'ServiceUnavailable', 'Unavailable'],
  [504, 'Timeout', 'Unavailable'],
])('%d %s is %s', (code, reason, failureClass) => {
  const failure = failureOf('kubernetes az-b', what, { status: code, headers: {}, body: status(code, reason, 'why.') });
  expect(failure).toMatchObject({ failureClass, status: code, system: 'kubernetes az-b' });
  expect(failure.message).toContain(`kubernetes az-b: ${what} was refused (${code} ${reason}): why.`);
  expect(failure.message).not.toContain('..');
});

test('the wait that the API server asks for is kept, from the header or from the Status', () => {
  const body = status(429, 'TooManyRequests', 'x', { details: { retryAfterSeconds: 3 } });
  expect(failureOf('k', what, { status: 429, headers: { 'retry-after': '2' }, body }).retryAfterMs).toBe(2_000);
  expect(failureOf('k', what, { status: 429, headers: {}, body }).retryAfterMs).toBe(3_000);
  expect(failureOf('k', what, { status: 429, headers: {}, body: 'x' }).retryAfterMs).toBeUndefined();
});

test('long explanations are cut', () => {
  const body = status(422, 'Invalid', 'x'.repeat(9_000));
  expect(failureOf('k', what, { status: 422, headers: {}, body }).message.length).toBeLessThan(800);
});

test('an absent object is told from an unknown kind and from another error', () => {
  const answer = (code: number, body: string) => ({ status: code, headers: {}, body });
  expect(isAbsentObject(answer(404, status(404, 'NotFound', 'x')))).toBe(true);
  expect(isAbsentObject(answer(404, '404 page not found\n'))).toBe(false);
  expect(isAbsentObject(answer(404, '{"errors":["Not found"]}'))).toBe(false);
  expect(isAbsentObject(answer(500, status(500, 'NotFound', 'x')))).toBe(false);
});
