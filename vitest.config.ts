import { defineConfig } from 'vitest/config';
import { kinds, type Kind } from './test/kinds.ts';

/** A project for each kind of test: `npm test -- unit replay` runs some of them. */
export default defineConfig({
  test: {
    projects: Object.entries<Kind>(kinds).map(([name, { timeoutMs, filesAtOnce }]) => ({
      test: {
        name,
        include: [`test/${name}/**/*.test.ts`],
        testTimeout: timeoutMs,
        hookTimeout: timeoutMs,
        fileParallelism: filesAtOnce !== 1,
        pool: 'forks',
        ...(filesAtOnce === undefined || filesAtOnce === 1 ? {} : { maxWorkers: filesAtOnce }),
        globalSetup: name === 'simulation' || name === 'temporal' ? ['test/bundle.ts'] : [],
      },
    })),
  },
});
