/** `az-escape retain <zone>`: deletes old recovery points now, or lists them. */
import type { Command } from 'commander';
import { retainZone } from '../../client/upkeep.ts';
import type { RetainSummary } from '../../workflows/retain/retain-zone.ts';
import { hintUnlessAnswered, noWorkerHint } from '../patience.ts';
import { coloursFor, type Colours } from '../render/colour.ts';
import { createProgress } from '../render/progress.ts';
import { renderTable } from '../render/table.ts';
import { configOf, withClient } from '../with-config.ts';

export function addRetainCommand(program: Command): void {
  program
    .command('retain <zone>')
    .description('delete the recovery points of a zone’s jobs that their tiers do not keep')
    .option('-j, --job <namespace/name...>', 'only these jobs')
    .option('--dry-run', 'list what would be deleted, and delete nothing')
    .option('--json', 'print the result as JSON')
    .action(async (zone: string, options: { job?: string[]; dryRun?: boolean; json?: boolean }, command: Command) => {
      const config = await configOf(command);
      await withClient(config, async (client) => {
        const progress = createProgress(process.stderr);
        const input = { zone, dryRun: options.dryRun ?? false, ...(options.job ? { jobs: options.job } : {}) };
        const answered = hintUnlessAnswered(noWorkerHint(config.temporal.taskQueue));
        const done = await retainZone(client, config, input, (seen) => {
          answered();
          progress.update([`${zone}: ${seen.done} of ${seen.jobs} jobs done`]);
        }).finally(answered);
        progress.done();
        const lines = options.json ? [JSON.stringify(done, null, 2)] : retainTable(done, coloursFor(process.stdout));
        process.stdout.write(`${lines.join('\n')}\n`);
        if (done.trouble !== undefined) process.stderr.write(`${done.trouble}\n`);
        process.exitCode = done.skipped + done.failed === 0 ? 0 : 1;
      });
    });
}

/** A line for each recovery point and each folder of leftovers that goes, and for each job that could not be done. */
export function retainTable(done: RetainSummary, colours: Colours): string[] {
  const rows = done.results.flatMap((result) => {
    const job = `${result.namespace}/${result.name}`;
    const trouble = { text: `${result.outcome}: ${result.sentence}`, paint: colours.red };
    if (result.outcome !== 'retained') return [[job, trouble, '', '']];
    return result.items.map(({ kind, what, files, bytes }) => [
      job,
      result.jobDeleted ? `${kind} ${what}, job deleted` : `${kind} ${what}`,
      String(files),
      (bytes / 1e6).toFixed(1),
    ]);
  });
  for (const { zone, store, what, bytes } of done.artifacts?.items ?? []) {
    rows.push(['', `jar of nobody, ${zone}/${store}: ${what}`, '1', (bytes / 1e6).toFixed(1)]);
  }
  const columns = [
    { head: 'job' },
    { head: done.dryRun ? 'would be deleted' : 'deleted' },
    { head: 'files', align: 'right' } as const,
    { head: 'MB', align: 'right' } as const,
  ];
  const what = done.dryRun ? 'would be deleted' : 'deleted';
  const total = `${done.jobs} jobs, ${done.kept} recovery points kept; ${done.files} files, ${(done.bytes / 1e6).toFixed(1)} MB ${what}`;
  return rows.length === 0 ? [total] : [...renderTable(columns, rows), total];
}
