/** `az-escape give-back <zone>`: starts jobs again that were suspended there to make room. */
import type { Command } from 'commander';
import { giveBack } from '../../client/give-back.ts';
import type { GiveBackSummary } from '../../workflows/give-back/give-back.ts';
import { reasonText } from '../../model/outcome/outcome.ts';
import { hintUnlessAnswered, noWorkerHint } from '../patience.ts';
import { coloursFor, type Colours } from '../render/colour.ts';
import { renderTable } from '../render/table.ts';
import { configOf, withClient } from '../with-config.ts';

export function addGiveBackCommand(program: Command): void {
  program
    .command('give-back <zone>')
    .description('start again what was suspended in a zone to make room, as far as there is room')
    .option('-j, --job <namespace/name...>', 'only these jobs')
    .option('--dry-run', 'say who has room again, change nothing')
    .option('--json', 'print the result as JSON')
    .action(async (zone: string, options: { job?: string[]; dryRun?: boolean; json?: boolean }, command: Command) => {
      const config = await configOf(command);
      await withClient(config, async (client) => {
        const input = {
          zone,
          ...(options.job ? { jobs: options.job } : {}),
          ...(options.dryRun ? { dryRun: true } : {}),
        };
        const answered = hintUnlessAnswered(noWorkerHint(config.temporal.taskQueue));
        const summary = await giveBack(client, config, input).finally(answered);
        const lines = options.json
          ? [JSON.stringify(summary, null, 2)]
          : giveBackTable(summary, coloursFor(process.stdout));
        process.stdout.write(`${lines.join('\n')}\n`);
        process.exitCode = summary.jobs.every(({ outcome }) => outcome === 'running') ? 0 : 1;
      });
    });
}

/** A line a job: from what it goes on, or why it does not. */
export function giveBackTable({ zone, dryRun, jobs }: GiveBackSummary, colours: Colours): string[] {
  if (jobs.length === 0) return [`no job of ${zone} waits for its room`];
  const paints = { running: colours.green, left: colours.yellow, failed: colours.red };
  return renderTable(
    [{ head: 'job' }, { head: 'outcome' }, { head: '' }],
    jobs.map((job) => [
      `${job.namespace}/${job.name}`,
      { text: dryRun && job.outcome === 'running' ? 'would run' : job.outcome, paint: paints[job.outcome] },
      job.outcome === 'running'
        ? (job.savepoint ?? job.message)
        : [job.savepoint ?? '', reasonText(job)].filter((part) => part !== '').join('; '),
    ]),
  );
}
