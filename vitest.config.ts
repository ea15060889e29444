import { defineConfig } from 'vitest/config';

/** Four kinds of test, from quick to real; `npm test -- unit replay` runs some of them. */
const kinds = {
  unit: { testTimeout: 20_000, fileParallelism: true },
  replay: { testTimeout: 60_000, fileParallelism: false },
  // Each file has a server and worlds of its own, and waits more than it works.
  simulation: { testTimeout: 300_000, fileParallelism: true, maxWorkers: 2 },
  // One lab, one machine: these take turns.
  integration: { testTimeout: 300_000, fileParallelism: false },
} as const;

export default defineConfig({
  test: {
    projects: Object.entries(kinds).map(([name, settings]) => ({
      test: {
        name,
        include: [`test/${name}/**/*.test.ts`],
        testTimeout: settings.testTimeout,
        hookTimeout: settings.testTimeout,
        fileParallelism: settings.fileParallelism,
        pool: 'forks',
        ...('maxWorkers' in settings ? { maxWorkers: settings.maxWorkers } : {}),
        globalSetup: name === 'simulation' ? ['test/simulation/harness/bundle.ts'] : [],
      },
    })),
  },
});
