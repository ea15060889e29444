import { describe, expect, test } from 'vitest';
import { LookPace } from '../../../activities/escape/look-pace.ts';

/** Lets `count` things begin and none end. */
function begin(count: number, act: (never: () => Promise<never>) => unknown): void {
  for (let i = 0; i < count; i++) void act(() => new Promise<never>(() => {}));
}

test('few jobs are looked at often, many share what can be borne, and none waits for longer than half a minute', () => {
  const pace = new LookPace();
  expect(pace.pauseMs('P2')).toBe(700);
  begin(1_000, (never) => pace.watching(never));
  expect(pace.pauseMs('P2')).toBe(5_000);
  begin(9_000, (never) => pace.watching(never));
  expect(pace.pauseMs('P3')).toBeLessThan(30_000);
  expect(pace.pauseMs('P0')).toBe(700);
});

test('looks step back while others are started', async () => {
  const pace = new LookPace();
  begin(400, (never) => pace.watching(never));
  expect(pace.pauseMs('P2')).toBe(2_000);
  await pace.starting(async () => expect(pace.pauseMs('P2')).toBe(8_000));
  expect(pace.pauseMs('P2')).toBe(2_000);
});

test('where many jobs do not come up, few are diagnosed at once', async () => {
  const pace = new LookPace();
  const at = { now: () => 0, last: false };
  expect(await pace.diagnosing(async () => 'why', at)).toBe('why');
  begin(16, (never) => pace.diagnosing(never, at));
  expect(await pace.diagnosing(async () => 'why', at)).toBeUndefined();
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
