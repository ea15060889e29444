/** `az-escape worker`: the process that does the work, until it is told to stop. */
import type { Command } from 'commander';
import { configOf } from '../with-config.ts';

export function addWorkerCommand(program: Command): void {
  program
    .command('worker')
    .description('run a worker: workflows and activities')
    .action(async (_options: object, command: Command) => {
      const config = await configOf(command);
      // Temporal's native core takes most of a second to load; no other command needs it.
      const { installRuntime, runWorker } = await import('../../worker/run-worker.ts');
      const { createLog } = await import('../../runtime/telemetry/log.ts');
      const log = createLog('az-escape-worker');
      installRuntime(log, config.worker.metricsAddress);
      const stop = new AbortController();
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
      await runWorker(config, log, stop.signal, () =>
        log.info({ taskQueue: config.temporal.taskQueue }, 'worker polls'),
      );
    });
}
