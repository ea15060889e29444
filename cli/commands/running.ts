/** Commands about the escape that runs: `status`, and what operators tell it. */
import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { isOver, type EscapeProgress } from '../../model/escape/progress.ts';
import { findRunning, progressOf, tellEscape, watchEscape, type Telling } from '../../worker/running-escape.ts';
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
  tellingCommand(program, 'approve <zone>', 'let the escape go on that waits for approval of its plan', (by) => ({
    word: 'approve',
    by,
  }));
  const words = [
    ['pause', 'start no more batches of the running escape until it is resumed'],
    ['resume', 'go on with a paused escape'],
    ['abort', 'start nothing more; the report is written'],
  ] as const;
  for (const [word, about] of words) tellingCommand(program, `${word} <zone>`, about, (by) => ({ word, by }));
  tellingCommand(
    program,
    'skip-job <zone> <job>',
    'leave one job, namespace/name, that was not started yet',
    (by, job) => ({
      word: 'skipJob',
      job,
      by,
    }),
  );
  tellingCommand(program, 'hold-tier <zone> <tier>', 'begin no batch of a tier; those behind it go on', (by, tier) => ({
    word: 'holdTier',
    tier,
    by,
  }));
  tellingCommand(program, 'release-tier <zone> <tier>', 'go on with a tier that is held', (by, tier) => ({
    word: 'releaseTier',
    tier,
    by,
  }));
}

/** A command that tells the running escape something: of the zone, and of a job or tier where `usage` names one. */
function tellingCommand(
  program: Command,
  usage: string,
  description: string,
  telling: (by: string, subject: string) => Telling,
): void {
  program
    .command(usage)
    .description(description)
    .option('--by <name>', 'who acts, for the report (default: the user of this process)')
    .option('--json', 'print the progress after that as JSON')
    .action(async (...given: unknown[]) => {
      const command = given.at(-1) as Command;
      const [zone = '', subject = ''] = command.args;
      const options = command.opts<{ by?: string; json?: boolean }>();
      const config = await configOf(command);
      await withClient(config, async (client) => {
        const answered = hintUnlessAnswered(noWorkerHint(config.temporal.taskQueue));
        const told = tellEscape(client, config, zone, telling(options.by ?? userInfo().username, subject));
        print(zone, await told.finally(answered), options);
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
