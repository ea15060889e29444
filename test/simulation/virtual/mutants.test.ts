/** The laws bite: the product with one deliberate mistake breaks the law that is about it. */
import { expect, test } from 'vitest';
import { mutants } from './laws/mutants.ts';
import { runSeed } from './run-seed.ts';

/** A mistake shows only where the world gives it the chance. */
const mostSeeds = 60;

test.each(Object.entries(mutants))('%s is noticed', async (_, { breaks, mutate }) => {
  const seen = new Set<string>();
  for (let seed = 1; seed <= mostSeeds; seed++) {
    const { broken } = await runSeed(seed, { mutate });
    for (const sentence of broken) seen.add(sentence.split(':')[0]!);
    if ([...seen].some((law) => law.startsWith(breaks))) return;
  }
  expect([...seen], `${mostSeeds} seeds`).toContain(breaks);
});
