/** Commands about the escape that runs: `status`, `pause`, `resume`, `abort`. */
import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { isOver, type EscapeProgress } from '../../model/escape/progress.ts';
import { findRunning, progressOf, tellEscape, watchEscape, type OperatorWord } from '../../worker/running-escape.ts';
import { coloursFor } from '../render/colour.ts';
import { escapeView } from '../render/escape-view.ts';
import { createProgress } from '../render/progress.ts';
import { hintUnlessAnswered, noWorkerHint } from '../patience.ts';
import { configOf, withClient } from '../with-config.ts';

interface StatusOptions {
  watch?: boolean;
  json?: boolean;
}

export function addRunningCommands(program: Command): void {
  program
    .command('status <zone>')
    .description('how far the running escape of a zone is')
    .option('-w, --watch', 'go on until the escape is over')
    .option('--json', 'print JSON; with --watch a line each second')
    .action(async (zone: string, options: StatusOptions, command: Command) => {
      const config = await configOf(command);
      await withClient(config, async (client) => {
        const running = await findRunning(client, config, zone);
        if (!running) return print(zone, undefined, options);
        const answered = hintUnlessAnswered(noWorkerHint(config.temporal.taskQueue));
        if (!options.watch) {
          const progress = await progressOf(client, running);
          answered();
          return print(zone, progress, options);
        }
        const view = options.json ? undefined : createProgress(process.stdout);
        for await (const progress of watchEscape(client, running, new AbortController().signal)) {
          if (!progress) continue;
          answered();
          if (view) view.update(viewOf(progress));
          else print(zone, progress, options);
        }
        view?.done();
      });
    });
  addWord(program, 'pause', 'start no more batches of the running escape until it is resumed');
  addWord(program, 'resume', 'go on with a paused escape');
  addWord(program, 'abort', 'start nothing more; the report is written');
}

function addWord(program: Command, word: OperatorWord, description: string): void {
  program
    .command(`${word} <zone>`)
    .description(description)
    .option('--json', 'print the progress after that as JSON')
    .action(async (zone: string, options: { json?: boolean }, command: Command) => {
      const config = await configOf(command);
      await withClient(config, async (client) => {
        const answered = hintUnlessAnswered(noWorkerHint(config.temporal.taskQueue));
        print(zone, await tellEscape(client, config, zone, word, userInfo().username), options);
        answered();
      });
    });
}

function print(zone: string, progress: EscapeProgress | undefined, { json, watch }: StatusOptions): void {
  const running = progress !== undefined && !isOver(progress);
  const lines = json
    ? [JSON.stringify({ zone, running, progress: progress ?? null }, null, watch ? 0 : 2)]
    : progress
      ? viewOf(progress)
      : [`no escape of ${zone} is running`];
  process.stdout.write(`${lines.join('\n')}\n`);
}

function viewOf(progress: EscapeProgress): string[] {
  const width = process.stdout.columns ?? 100;
  return escapeView(progress, { nowMs: Date.now(), colours: coloursFor(process.stdout), width });
}
