import { expect, test } from 'vitest';
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
  expect(await pace.diagnosing(async () => 'why')).toBe('why');
  begin(16, (never) => pace.diagnosing(never));
  expect(await pace.diagnosing(async () => 'why')).toBeUndefined();
});
