/** `az-escape api`: the process that answers HTTP and alert webhooks, until it is told to stop. */
import type { Command } from 'commander';
import { configOf } from '../with-config.ts';

export function addApiCommand(program: Command): void {
  program
    .command('api')
    .description('run the HTTP API, with webhooks for alerts')
    .action(async (_options: object, command: Command) => {
      const config = await configOf(command);
      const { runApi } = await import('../../api/run-api.ts');
      const { createLog } = await import('../../runtime/telemetry/log.ts');
      const stop = new AbortController();
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
      await runApi(config, createLog('az-escape-api'), stop.signal);
    });
}
