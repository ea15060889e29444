/** A thousand worlds: no seed breaks a law. */
import { expect, test } from 'vitest';
import { runSeeds } from './run-seeds.ts';

/** On a busy machine; on an idle one it takes about a minute. */
const patienceMs = 900_000;

test('1,000 seeds keep the laws', { timeout: patienceMs }, async () => {
  const { failures, seeds, totals } = await runSeeds({ from: 1, seeds: 1_000 });
  expect(failures.slice(0, 5)).toEqual([]);
  expect(seeds).toBe(1_000);
  // A simulation in which nothing runs, or nothing ever fails, would prove nothing.
  expect(totals.running).toBeGreaterThan(2_000);
  expect(totals.failed).toBeGreaterThan(100);
  expect(totals.left).toBeGreaterThan(50);
});
