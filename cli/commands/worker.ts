/** `az-escape worker`: the process that does the work, until it is told to stop. */
import type { Command } from 'commander';
import { createLog } from '../../worker/telemetry/log.ts';
import { installRuntime, runWorker } from '../../worker/run-worker.ts';
import { configOf } from '../with-config.ts';

export function addWorkerCommand(program: Command): void {
  program
    .command('worker')
    .description('run a worker: workflows and activities')
    .action(async (_options: object, command: Command) => {
      const config = await configOf(command);
      const log = createLog('az-escape-worker');
      installRuntime(log);
      const stop = new AbortController();
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
      await runWorker(config, log, stop.signal, () =>
        log.info({ taskQueue: config.temporal.taskQueue }, 'worker polls'),
      );
    });
}
