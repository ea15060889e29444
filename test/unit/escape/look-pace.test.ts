import { describe, expect, test } from 'vitest';
import { LookPace } from '../../../jobs/run/look-pace.ts';

/** Lets `count` things begin and none end. */
function begin(count: number, act: (never: () => Promise<never>) => unknown): void {
  for (let i = 0; i < count; i++) void act(() => new Promise<never>(() => {}));
}

test('few jobs are looked at often, many share what can be borne, and none waits for longer than half a minute', () => {
  const pace = new LookPace();
  expect(pace.pauseMs('P2', 0)).toBe(700);
  begin(1_000, (never) => pace.watching(never));
  expect(pace.pauseMs('P2', 0)).toBe(5_000);
  begin(9_000, (never) => pace.watching(never));
  expect(pace.pauseMs('P3', 0)).toBeLessThan(30_000);
  expect(pace.pauseMs('P0', 0)).toBe(700);
});

test('jobs that many wait for together are looked at less often after a minute, a few as often as before', () => {
  const pace = new LookPace();
  begin(20, (never) => pace.watching(never));
  expect(pace.pauseMs('P1', 300_000)).toBe(700);
  begin(680, (never) => pace.watching(never));
  expect(pace.pauseMs('P2', 59_000)).toBe(3_500);
  expect(pace.pauseMs('P2', 61_000)).toBe(17_500);
  expect(pace.pauseMs('P0', 61_000)).toBe(700);
});

test('looks step back while others are started', async () => {
  const pace = new LookPace();
  begin(400, (never) => pace.watching(never));
  expect(pace.pauseMs('P2', 0)).toBe(2_000);
  await pace.starting(async () => expect(pace.pauseMs('P2', 0)).toBe(8_000));
  expect(pace.pauseMs('P2', 0)).toBe(2_000);
});

test('where many jobs do not come up, few are diagnosed at once', async () => {
  const pace = new LookPace();
  const at = { now: () => 0, last: false };
  expect(await pace.diagnosing(async () => 'why', at)).toBe('why');
  begin(16, (never) => pace.diagnosing(never, at));
  expect(await pace.diagnosing(async () => 'why', at)).toBeUndefined();
});

test('where few are watched, diagnoses that are hard go one at a time and take half of the time', async () => {
  const pace = new LookPace();
  begin(20, (never) => pace.watching(never));
  const clock = { ms: 0 };
  const at = { now: () => clock.ms, last: false };
  const hard = async () => ((clock.ms += 4_000), 'why');
  expect(await pace.diagnosing(hard, at)).toBe('why');
  expect(await pace.diagnosing(hard, at)).toBeUndefined();
  clock.ms += 4_000;
  begin(1, (never) => pace.diagnosing(never, at));
  expect(await pace.diagnosing(hard, at)).toBeUndefined();
});

describe('where many jobs are watched', () => {
  const pace = new LookPace();
  begin(1_000, (never) => pace.watching(never));
  const clock = { ms: 0 };
  const at = { now: () => clock.ms, last: false };
  const taking = (ms: number) => async () => {
    clock.ms += ms;
    return 'why';
  };

  test('diagnoses that are hard take a tenth of the time, and one that ends the watching goes at once', async () => {
    let spentMs = 0;
    for (; clock.ms < 100_000; clock.ms += 10) if (await pace.diagnosing(taking(500), at)) spentMs += 500;
    expect(spentMs / clock.ms).toBeGreaterThan(0.09);
    expect(spentMs / clock.ms).toBeLessThan(0.11);
    expect(await pace.diagnosing(taking(500), at)).toBe('why');
    expect(await pace.diagnosing(taking(500), at)).toBeUndefined();
    expect(await pace.diagnosing(taking(1), { ...at, last: true })).toBe('why');
  });

  test('diagnoses that are easy go side by side', async () => {
    expect(await pace.diagnosing(taking(1), { ...at, last: true })).toBe('why');
    begin(5, (never) => pace.diagnosing(never, at));
    expect(await pace.diagnosing(taking(1), at)).toBe('why');
  });
});
