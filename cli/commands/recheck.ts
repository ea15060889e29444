/** `az-escape recheck <zone>`: checks recovery points again now, and shows their state. */
import type { Command } from 'commander';
import { recheckZone } from '../../client/upkeep.ts';
import type { RecheckSummary } from '../../workflows/recheck/recheck-zone.ts';
import { hintUnlessAnswered, noWorkerHint } from '../patience.ts';
import { coloursFor, type Colours } from '../render/colour.ts';
import { createProgress } from '../render/progress.ts';
import { renderTable } from '../render/table.ts';
import { configOf, withClient } from '../with-config.ts';

export function addRecheckCommand(program: Command): void {
  program
    .command('recheck <zone>')
    .description('check the recovery points of a zone’s jobs again, and mark those that are damaged')
    .option('-j, --job <namespace/name...>', 'only these jobs')
    .option('--all', 'read every file, not only a sample')
    .option('--json', 'print the result as JSON')
    .action(async (zone: string, options: { job?: string[]; all?: boolean; json?: boolean }, command: Command) => {
      const config = await configOf(command);
      await withClient(config, async (client) => {
        const progress = createProgress(process.stderr);
        const input = { zone, all: options.all ?? false, ...(options.job ? { jobs: options.job } : {}) };
        const answered = hintUnlessAnswered(noWorkerHint(config.temporal.taskQueue));
        const done = await recheckZone(client, config, input, (seen) => {
          answered();
          progress.update([`${zone}: ${seen.done} of ${seen.jobs} jobs checked`]);
        }).finally(answered);
        progress.done();
        const lines = options.json ? [JSON.stringify(done, null, 2)] : recheckTable(done, coloursFor(process.stdout));
        process.stdout.write(`${lines.join('\n')}\n`);
        process.exitCode = done.damaged + done.failed === 0 ? 0 : 1;
      });
    });
}

/** A line for each recovery point, and for each job that could not be checked. */
export function recheckTable(done: RecheckSummary, colours: Colours): string[] {
  const rows = done.results.flatMap((result) => {
    const job = `${result.namespace}/${result.name}`;
    if (result.outcome === 'failed') {
      return [[job, '-', { text: 'failed', paint: colours.red }, '', '', result.sentence]];
    }
    return result.points.map(({ id, state, files, bytes, read, fault }) => [
      job,
      id,
      { text: state, paint: state === 'intact' ? colours.green : colours.red },
      `${read} of ${files}`,
      (bytes / 1e6).toFixed(1),
      fault ?? '',
    ]);
  });
  const columns = [
    { head: 'job' },
    { head: 'recovery point' },
    { head: 'state' },
    { head: 'files read', align: 'right' } as const,
    { head: 'MB', align: 'right' } as const,
    { head: '' },
  ];
  const total = `${done.jobs} jobs, ${done.points} recovery points, ${done.damaged} damaged; ${done.files} files, ${(done.bytes / 1e6).toFixed(1)} MB read now`;
  return rows.length === 0 ? [total] : [...renderTable(columns, rows), total];
}
