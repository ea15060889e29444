/** `az-escape protect <zone>`: one round of protection now, with progress. */
import type { Command } from 'commander';
import { protectZone } from '../../client/client.ts';
import type { ProtectSummary } from '../../workflows/protect/protect-zone.ts';
import { hintUnlessAnswered, noWorkerHint } from '../patience.ts';
import { coloursFor } from '../render/colour.ts';
import { createProgress } from '../render/progress.ts';
import { protectTable } from '../render/round-table.ts';
import { roundView } from '../render/round-view.ts';
import { configOf, withClient } from '../with-config.ts';

export function addProtectCommand(program: Command): void {
  program
    .command('protect <zone>')
    .description('give every job of a zone a new recovery point in the peer zone')
    .option('-j, --job <namespace/name...>', 'only these jobs')
    .option('--json', 'print the result as JSON')
    .action(async (zone: string, options: { job?: string[]; json?: boolean }, command: Command) => {
      const config = await configOf(command);
      await withClient(config, async (client) => {
        const progress = createProgress(process.stderr);
        const input = { zone, ...(options.job ? { jobs: options.job } : {}) };
        const answered = hintUnlessAnswered(noWorkerHint(config.temporal.taskQueue));
        const done = await protectZone(client, config, input, (seen, underWay) => {
          answered();
          const view = { zone, jobs: seen.jobs, done: seen.results.length, underWay };
          const width = process.stderr.columns || 100;
          progress.update(roundView(view, { colours: coloursFor(process.stderr), width }));
        }).finally(answered);
        progress.done();
        const lines = options.json
          ? [JSON.stringify({ ...done.summary, results: done.progress?.results ?? [] }, null, 2)]
          : protectTable(done.progress, coloursFor(process.stdout));
        process.stdout.write(`${lines.join('\n')}\n`);
        const { reserve, alsoReserved = [] } = done.summary;
        for (const one of reserve ? [reserve, ...alsoReserved] : []) process.stderr.write(`${reserveSentence(one)}\n`);
        process.exitCode = done.summary.failed + done.summary.refused === 0 ? 0 : 1;
      });
    });
}

/** How much room is kept free in the peer, or why none is. */
export function reserveSentence({ zone, pods, trouble }: NonNullable<ProtectSummary['reserve']>): string {
  return trouble === '' ? `${zone} reserves room by ${pods} placeholder pods` : trouble;
}
