import { expect, test } from 'vitest';
import { OutsideFailure, type FailureClass } from '../../adapters/failure.ts';
import { untilAnswered } from '../../adapters/until-answered.ts';
import { ManualClock } from '../fakes/manual-clock.ts';

const failing = (failureClass: FailureClass, retryAfterMs?: number) =>
  new OutsideFailure(failureClass, 'x', `${failureClass}.`, retryAfterMs === undefined ? {} : { retryAfterMs });

test('who refuses a call now and then is asked again', async () => {
  const answers = [failing('Throttled', 1), failing('Unavailable', 1), 'here'];
  const asked: number[] = [];
  const ask = async (leftMs: number) => {
    const answer = answers[asked.push(leftMs) - 1]!;
    if (typeof answer !== 'string') throw answer;
    return answer;
  };
  expect(await untilAnswered(new ManualClock(), ask, 10_000)).toBe('here');
  expect(asked).toHaveLength(3);
  expect(asked.toSorted((a, b) => b - a)).toEqual(asked);
});

test.each([
  ['cannot succeed later', failing('Unauthorized'), 10_000],
  ['is to be asked again too late', failing('Throttled', 9_000), 10_000],
  ['is an error of our own', new TypeError('x'), 10_000],
])('who %s is asked once', async (_what, failure, withinMs) => {
  let asked = 0;
  const ask = async () => {
    asked += 1;
    throw failure;
  };
  await expect(untilAnswered(new ManualClock(), ask, withinMs)).rejects.toBe(failure);
  expect(asked).toBe(1);
});
