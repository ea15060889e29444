/** What seeds have found, each as the smallest scenario that shows it. */
import { expect, test } from 'vitest';
import { runSeed } from './run-seed.ts';
import { calmScenario } from './scenario/calm.ts';

test('a twin whose JobManager says nothing does not keep its batch from starting', async () => {
  const scenario = calmScenario([{ tier: 'P0', twinFault: 'rest-silent' }, { tier: 'P0' }]);
  const { broken, totals } = await runSeed(1, { scenario });
  expect(broken).toEqual([]);
  expect(totals).toEqual({ running: 2, left: 0, failed: 0 });
});
