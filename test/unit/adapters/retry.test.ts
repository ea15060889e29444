import { describe, expect, it } from 'vitest';
import { OutsideFailure, type FailureClass } from '../../../adapters/failure.ts';
import { retry, type RetryPolicy } from '../../../adapters/retry.ts';

const failing = (failureClass: FailureClass, retryAfterMs?: number) =>
  new OutsideFailure(failureClass, 'x', `${failureClass}.`, retryAfterMs === undefined ? {} : { retryAfterMs });

/** Answers one after the other; each call takes 10 ms of a clock that only pauses move otherwise. */
function stage(answers: readonly unknown[]) {
  const pauses: number[] = [];
  const told: number[] = [];
  let nowMs = 0;
  const call = async (leftMs: number): Promise<unknown> => {
    told.push(leftMs);
    nowMs += 10;
    const answer = answers[told.length - 1];
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const time = {
    now: () => nowMs,
    sleep: async (ms: number) => {
      pauses.push(ms);
      nowMs += ms;
    },
  };
  return { pauses, told, call, time };
}

const policy: RetryPolicy = { after: 'retryable', pauseMs: 100 };

describe('a call that is made again', () => {
  it('answers in the end', async () => {
    const { call, time, pauses } = stage([failing('Throttled'), failing('Unavailable'), 'here']);
    expect(await retry(call, policy, time)).toBe('here');
    expect(pauses).toEqual([100, 100]);
  });

  it('waits longer each time, up to a limit, and as long as it was asked to', async () => {
    const failures = [undefined, undefined, 7, undefined].map((after) => failing('Throttled', after));
    const { call, time, pauses } = stage([...failures, 'here']);
    await retry(call, { ...policy, growth: 2, longestPauseMs: 300 }, time);
    expect(pauses).toEqual([100, 200, 7, 300]);
  });

  it('does not wait where no pause is wanted', async () => {
    const { call, time, pauses } = stage([failing('Conflict'), 'here']);
    expect(await retry(call, { after: ['Conflict'], pauseMs: 0 }, time)).toBe('here');
    expect(pauses).toEqual([]);
  });

  it('says of each failure which it was, but not of the last', async () => {
    const { call, time } = stage([failing('Throttled'), failing('Unavailable')]);
    const heard: string[] = [];
    const failed = (error: Error, tries: number) => void heard.push(`${tries} ${error.message}`);
    await expect(retry(call, { ...policy, tries: 2 }, { ...time, failed })).rejects.toThrow('Unavailable.');
    expect(heard).toEqual(['1 Throttled.']);
  });

  it.each([
    ['may not pass', failing('Unauthorized'), policy],
    ['is of another class', failing('Unavailable'), { ...policy, after: ['Conflict'] }],
    ['is an error of our own', new TypeError('x'), policy],
    ['is the last', failing('Throttled'), { ...policy, tries: 1 }],
    ['leaves too little time', failing('Throttled'), { ...policy, within: { ms: 200, leastMs: 91 } }],
  ] satisfies [string, Error, RetryPolicy][])('is made once where the failure %s', async (_what, failure, one) => {
    const { call, time, told } = stage([failure, 'here']);
    await expect(retry(call, one, time)).rejects.toBe(failure);
    expect(told).toHaveLength(1);
  });

  it('is told how much time is left', async () => {
    const { call, time, told } = stage([failing('Throttled'), 'here']);
    await retry(call, { ...policy, within: { ms: 200, leastMs: 90 } }, time);
    expect(told).toEqual([200, 90]);
  });

  it('is made again after whatever the caller names', async () => {
    const { call, time } = stage([new RangeError('gone'), 'here']);
    expect(await retry(call, { ...policy, after: (error) => error instanceof RangeError }, time)).toBe('here');
  });

  it('ends with the reason of the signal once that is aborted', async () => {
    const { call, time, told } = stage([failing('Throttled'), 'here']);
    const signal = AbortSignal.abort(new Error('cancelled'));
    await expect(retry(call, policy, { ...time, signal })).rejects.toThrow('cancelled');
    expect(told).toHaveLength(1);
  });
});
