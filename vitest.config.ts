import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { kinds, type Kind } from './test/kinds.ts';

/** `npm run prove` runs these, one file at a time; `npm test` does not. */
const prove: Kind = { on: 'real servers and the lab', tools: [], timeoutMs: 300_000, filesAtOnce: 1 };

/** A project for each kind of test: `npm test -- unit replay` runs some of them. */
export default defineConfig({
  test: {
    projects: Object.entries<Kind>({ ...kinds, prove }).map(([name, { timeoutMs, filesAtOnce }]) => ({
      test: {
        name,
        include: [`test/${name}/**/*.test.ts`],
        testTimeout: timeoutMs,
        hookTimeout: timeoutMs,
        fileParallelism: filesAtOnce !== 1,
        pool: 'forks',
        maxWorkers: filesAtOnce ?? Math.max(2, availableParallelism() - 1),
        globalSetup: name === 'simulation' || name === 'temporal' ? ['test/bundle.ts'] : [],
      },
    })),
  },
});
