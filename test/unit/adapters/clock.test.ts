import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { after, systemClock } from '../../../adapters/clock.ts';
import { ManualClock } from '../../fakes/manual-clock.ts';

describe('the machine’s clock', () => {
  beforeEach(() => vi.useFakeTimers({ toFake: ['Date', 'performance'], now: 1_000_000 }));
  afterEach(() => vi.useRealTimers());

  test('tells whole milliseconds since the epoch', () => {
    const clock = systemClock();
    vi.advanceTimersByTime(1_500);
    expect(clock.now()).toBe(1_001_500);
  });

  test('follows a machine that is set forward', () => {
    const clock = systemClock();
    vi.setSystemTime(9_000_000);
    expect(clock.now()).toBe(9_000_000);
  });

  test('goes on, more slowly, where the machine is set back, until that has caught up', () => {
    const clock = systemClock();
    vi.setSystemTime(990_000);
    expect(clock.now()).toBe(1_000_000);
    vi.advanceTimersByTime(4_000);
    expect(clock.now()).toBe(1_002_000);
    vi.advanceTimersByTime(36_000);
    expect(clock.now()).toBe(1_030_000);
  });
});

describe.each([
  ['the machine’s', systemClock],
  ['a manual', () => new ManualClock()],
])('%s clock', (_, open) => {
  test('tells a deadline that has passed from a cancellation', async () => {
    const clock = open();
    const deadline = clock.timeout(5);
    await clock.sleep(50);
    expect(deadline.reason).toMatchObject({ name: 'TimeoutError' });
  });

  test('ends a sleep whose signal aborts', async () => {
    const clock = open();
    const giveUp = new AbortController();
    const ended = clock.sleep(3_600_000, giveUp.signal).then(
      () => 'slept',
      () => 'ended',
    );
    giveUp.abort(new Error('enough'));
    expect(await ended).toBe('ended');
    await expect(clock.sleep(3_600_000, giveUp.signal)).rejects.toThrow();
  });

  test('acts after so long, unless that is disposed before', async () => {
    const clock = open();
    const acted: string[] = [];
    using _ = after(clock, 5, () => acted.push('late'));
    after(clock, 5, () => acted.push('disposed'))[Symbol.dispose]();
    await clock.sleep(50);
    expect(acted).toEqual(['late']);
  });
});
