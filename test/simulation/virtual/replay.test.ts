/** The same seed is the same run, to the byte: otherwise a failing seed would be of no use. */
import { describe, expect, test } from 'vitest';
import { runSeed } from './run-seed.ts';
import { drawScenario } from './scenario/scenario.ts';

describe('a seed', () => {
  test('gives the same event log each time, whatever ran before it', async () => {
    const seeds = [3, 12, 21, 77, 1_009];
    const first = [];
    for (const seed of seeds) first.push(await runSeed(seed));
    for (const [index, seed] of seeds.entries()) {
      const again = await runSeed(seed);
      expect(again.log).toBe(first[index]!.log);
      expect(again.digest).toBe(first[index]!.digest);
      expect(again.log.split('\n').length).toBeGreaterThan(50);
    }
  });

  test('differs from another', async () => {
    const [a, b] = [await runSeed(5), await runSeed(6)];
    expect(a.digest).not.toBe(b.digest);
  });

  test('draws its scenario from nothing else', () => {
    expect(drawScenario(42)).toEqual(drawScenario(42));
  });

  test('leaves the clock of this process as it was', async () => {
    const before = [setTimeout, Date, performance.now, AbortSignal.timeout, Math.random];
    await runSeed(1);
    expect([setTimeout, Date, performance.now, AbortSignal.timeout, Math.random]).toEqual(before);
    expect(Math.abs(Date.now() - new Date().getTime())).toBeLessThan(1_000);
  });
});
