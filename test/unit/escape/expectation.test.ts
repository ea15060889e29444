import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { batchesInFlight, expectWaves, type Schedule } from '../../../model/move/expectation.ts';
import type { Tier } from '../../../model/job/tier.ts';

const schedule: Schedule = {
  startsPerSecond: 20,
  timeToRunSeconds: 60,
  batchSize: 100,
  elapsedSeconds: 0,
  budgetSeconds: 600,
};

const wave = (at: number, tier: Tier, count: number, kind: 'standby' | 'twin' = 'standby') => ({
  wave: at,
  tier,
  jobs: Array.from({ length: count }, () => ({ kind, to: 'az-b' })),
});

describe('what is expected of an escape', () => {
  test('each wave ends when its last start was issued and has come up; twins run already', () => {
    const { seconds, late } = expectWaves([wave(0, 'P0', 20, 'twin'), wave(1, 'P1', 100), wave(2, 'P2', 40)], {
      ...schedule,
      elapsedSeconds: 4,
    });
    expect(seconds).toEqual([5, 70, 72]);
    expect(late).toEqual([]);
  });

  test('batches in flight bound it: later ones wait until earlier ones run', () => {
    const jobs = batchesInFlight * 100;
    const { seconds } = expectWaves([wave(0, 'P2', jobs), wave(1, 'P3', 100)], { ...schedule, startsPerSecond: 1000 });
    // The first batch is issued after 0.1 s, and makes place when it runs.
    expect(seconds).toEqual([jobs / 1000 + 60, 60.1 + 0.1 + 60]);
  });

  test('a wave that will not make the budget is named with its causes', () => {
    const { late } = expectWaves([wave(0, 'P1', 100), wave(1, 'P3', 5000)], { ...schedule, budgetSeconds: 200 });
    expect(late).toHaveLength(1);
    expect(late[0]).toMatchObject({ wave: 1, tier: 'P3' });
    expect(late[0]!.reason).toMatch(
      /^wave 1 \(5000 jobs of P3\) is expected to run again after .* of the 3 m 20 s budget/,
    );
    expect(late[0]!.reason).toContain('5100 starts up to its last take 4 m 15 s at 20 a second');
    expect(late[0]!.reason).toContain('a job takes 1 m to run again');
  });

  test('more jobs, a slower pace or less time never make a wave earlier or take it off the list', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(sizes, fc.integer({ min: 1, max: 500 }), fc.integer({ min: 0, max: 900 }), (of, rate, run) => {
        const waves = (add: number) => of.map((count, at) => wave(at, 'P2', count + add));
        const base = expectWaves(waves(0), { ...schedule, startsPerSecond: rate + 1, timeToRunSeconds: run });
        const worse = expectWaves(waves(7), { ...schedule, startsPerSecond: rate, timeToRunSeconds: run + 1 });
        base.seconds.forEach((seconds, at) => expect(worse.seconds[at]).toBeGreaterThanOrEqual(seconds));
        const lateNow = worse.late.map((one) => one.wave);
        expect(lateNow).toEqual(expect.arrayContaining(base.late.map((one) => one.wave)));
        for (const { expectedSeconds } of worse.late) expect(expectedSeconds).toBeGreaterThan(schedule.budgetSeconds);
      }),
    );
  });
});
