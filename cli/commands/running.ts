/** What operators tell the running escape: `approve`, `pause`, `skip-job` and others. */
import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { isOver, type EscapeProgress } from '../../model/move/progress.ts';
import { tellEscape, type Telling } from '../../client/running-escape.ts';
import { coloursFor } from '../render/colour.ts';
import { escapeView } from '../render/escape-view.ts';
import { hintUnlessAnswered, noWorkerHint } from '../patience.ts';
import { configOf, withClient } from '../with-config.ts';

export function addRunningCommands(program: Command): void {
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

function print(zone: string, progress: EscapeProgress | undefined, { json }: { json?: boolean }): void {
  const lines = json ? [JSON.stringify(statusOf(zone, progress), null, 2)] : runningLines(zone, progress);
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** For programs: whether an escape runs, and how far it is. */
export function statusOf(zone: string, progress: EscapeProgress | undefined) {
  return { zone, running: progress !== undefined && !isOver(progress), progress: progress ?? null };
}

/** For people. */
export function runningLines(zone: string, progress: EscapeProgress | undefined): string[] {
  return progress ? viewOf(progress) : [`no escape of ${zone} is running`];
}

function viewOf(progress: EscapeProgress): string[] {
  const width = process.stdout.columns ?? 100;
  return escapeView(progress, { nowMs: Date.now(), colours: coloursFor(process.stdout), width });
}
