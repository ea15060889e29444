/** `npm run simulate -- --seeds N`: escapes in virtual time, a world of faults for each seed; exit 1 if a law is broken. */
import { hash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { explainAndExit } from '../../../cli/explain.ts';
import { progressBar } from '../../../cli/render/bar.ts';
import { createProgress } from '../../../cli/render/progress.ts';
import { buildBundle } from '../../../runtime/build-bundle.ts';
import { mutants } from './laws/mutants.ts';
import { runSeeds, type SeedsSummary } from './run-seeds.ts';

const usage = `usage: npm run simulate -- [--seeds N] [--from S] [--seed X] [--verbose] [--mutant NAME] [--digests FILE] [--json]
  --seeds N      so many seeds, one after the other (default 1000)
  --from S       the first of them (default 1)
  --seed X       this one alone
  --verbose      print the log of every seed
  --mutant NAME  with a deliberate mistake in the product, to see the laws bite: ${Object.keys(mutants).join(', ')}
  --digests FILE write a line with the sha256 of each seed’s log: the same before and after what must change nothing
  --json         the summary as one JSON object on stdout`;

/** Logs of failing seeds that are printed; the others can be had by their seed. */
const mostLogs = 1;

function whole(name: string, text: string | undefined, least: number): number | undefined {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (Number.isSafeInteger(number) && number >= least) return number;
  throw new Error(`--${name} ${text}: give a whole number, ${least} or more\n${usage}`);
}

try {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string' },
      from: { type: 'string' },
      seed: { type: 'string' },
      verbose: { type: 'boolean', default: false },
      mutant: { type: 'string' },
      digests: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  });
  const one = whole('seed', values.seed, 0);
  const from = one ?? whole('from', values.from, 0) ?? 1;
  const seeds = one === undefined ? (whole('seeds', values.seeds, 1) ?? 1000) : 1;
  const { mutant, verbose, json } = values;
  if (mutant !== undefined && !Object.hasOwn(mutants, mutant)) {
    throw new Error(`--mutant ${mutant}: there is none of that name\n${usage}`);
  }
  await buildBundle();
  const progress = createProgress(process.stderr);
  let logs = 0;
  const digests: string[] = [];
  const summary = await runSeeds({
    from,
    seeds,
    ...(mutant === undefined ? {} : { mutant }),
    ran: ({ seed, broken, log }, soFar) => {
      const isBroken = broken.length > 0;
      digests.push(`${seed} ${hash('sha256', log)}\n`);
      if (!json && (verbose || (isBroken && logs < mostLogs))) {
        logs += 1;
        process.stdout.write(log);
      }
      if (isBroken) progress.log(`✘ seed ${seed}: ${broken.join('\n  ')}\n  again: ${soFar.failures.at(-1)!.replay}`);
      progress.update([line(soFar, seeds)]);
    },
  });
  progress.done();
  if (values.digests !== undefined) writeFileSync(values.digests, digests.join(''));
  if (json) process.stdout.write(`${JSON.stringify(summary)}\n`);
  else process.stderr.write(`${sentence(summary)}\n`);
  process.exitCode = summary.failures.length > 0 ? 1 : 0;
} catch (error) {
  explainAndExit(error);
}

function line({ seeds, seedsPerSecond, failures }: SeedsSummary, of: number): string {
  const troubled = failures.length;
  const bar = progressBar({ done: seeds - troubled, troubled, total: of }, 30);
  return `${bar} ${seeds} of ${of} seeds, ${seedsPerSecond.toFixed(1)} a second, ${troubled} broke a law`;
}

function sentence({ seeds, events, virtualSeconds, seconds, cpuSeconds, totals, failures }: SeedsSummary): string {
  const { running, left, failed } = totals;
  const hours = (virtualSeconds / 3600).toFixed(1);
  const verdict = failures.length === 0 ? 'every law held' : `${failures.length} broke a law`;
  return `${seeds} seeds, ${verdict}: ${running} jobs running, ${left} left, ${failed} failed; ${hours} hours of virtual time, ${events} events, in ${seconds.toFixed(1)} s (${cpuSeconds.toFixed(1)} s of CPU)`;
}
