/** What is measured must be there to be measured: benches that need neither the lab nor minutes, in their smallest form. */
import { expect, test } from 'vitest';
import { benchPlan } from '../bench/plan.ts';
import { benchStarts } from '../bench/starts.ts';

test('the bench of starts issues all of them, bare, by kubectl and by az-escape', async () => {
  const rows = await benchStarts(4);
  expect(rows.map(({ n }) => n)).toEqual([4, 4, 4]);
});

test('the bench of planning plans', async () => {
  const rows = await benchPlan(20);
  expect(rows.length).toBeGreaterThan(0);
});
