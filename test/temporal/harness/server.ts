/** A Temporal dev server of the test's own, with workers over simulated worlds. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { pino } from 'pino';
import { cachePaths } from '../../../lab/layout.ts';
import { installRuntime } from '../../../worker/run-worker.ts';

/** Starts a server in memory; this process's workers offer their metrics at `metricsAddress`. The binary is the lab's; `npm test` installs it. */
export async function startServer(metricsAddress?: string): Promise<TestWorkflowEnvironment> {
  const path = join(cachePaths.bin, 'temporal');
  if (!existsSync(path)) throw new Error(`${path} is missing: run \`npm run lab -- toolchain\` or \`npm test\` once`);
  installRuntime(pino({ level: process.env['LOG_LEVEL'] ?? 'silent' }, pino.destination(2)), metricsAddress);
  return TestWorkflowEnvironment.createLocal({
    server: {
      executable: { type: 'existing-path', path },
      // Both or neither: the SDK passes an undefined one on as text.
      log: { format: 'pretty', level: 'error' },
      extraArgs: ['--sqlite-pragma', 'journal_mode=WAL', '--sqlite-pragma', 'synchronous=OFF'],
    },
  });
}
