/** For tests of what the outside world does to a call. */
import { expect } from 'vitest';
import { OutsideFailure } from '../adapters/failure.ts';

/** How a call failed, which must be by something outside. */
export async function failureOf(call: Promise<unknown>): Promise<OutsideFailure> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(OutsideFailure);
  return error as OutsideFailure;
}
