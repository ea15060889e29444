/** `npm run bench -- <name> [--jobs N] [--json FILE]`: measures on this machine; ratios are side by side in one run. */
import { writeFileSync } from 'node:fs';
import { arch, cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { explainAndExit } from '../../cli/explain.ts';
import { prepareToolchain } from '../../cli/prepare-lab.ts';
import { renderTable } from '../../cli/render/table.ts';
import type { BenchRow } from './row.ts';
import { benchPlan } from './plan.ts';
import { benchStarts } from './starts.ts';

/** Each bench: what it measures, and how many jobs it takes by default. */
const benches = {
  plan: { about: 'planning an escape (pure)', jobs: 10_000, run: benchPlan },
  starts: { about: 'issuing the starts of an escape to a real API server', jobs: 1_000, run: benchStarts },
} as const;

function isBench(name: string | undefined): name is keyof typeof benches {
  return name !== undefined && name in benches;
}

try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { jobs: { type: 'string' }, json: { type: 'string' } },
  });
  const [name] = positionals;
  if (!isBench(name)) {
    const list = Object.entries(benches).map(
      ([known, { about, jobs }]) => `  ${known.padEnd(8)} ${about} (--jobs ${jobs})`,
    );
    throw new Error(`usage: npm run bench -- <name> [--jobs N] [--json FILE]\n${list.join('\n')}`);
  }
  const jobs = Number(values.jobs ?? benches[name].jobs);
  if (!Number.isInteger(jobs) || jobs < 1)
    throw new Error(`--jobs ${values.jobs}: give a whole number of jobs, 1 or more`);
  await prepareToolchain({ install: true });
  const rows = await benches[name].run(jobs);
  print(name, rows);
  const machine = `${cpus().length} × ${cpus()[0]?.model.trim() ?? arch()}, ${Math.round(totalmem() / 2 ** 30)} GiB`;
  if (values.json) writeFileSync(values.json, `${JSON.stringify({ name, machine, rows }, null, 2)}\n`);
} catch (error) {
  explainAndExit(error);
}

function print(name: string, rows: BenchRow[]): void {
  const number = (value: number | null, digits: number) => (value === null ? '-' : value.toFixed(digits));
  const right = { align: 'right' } as const;
  const heads = ['n', 'seconds', 'a second', 'CPU s', 'RSS MB', 'ratio'].map((head) => ({ head, ...right }));
  const cells = rows.map((row) => [
    row.what,
    String(row.n),
    number(row.seconds, 2),
    number(row.n / row.seconds, 0),
    number(row.cpuSeconds, 2),
    number(row.rssMb, 0),
    `${row.ratio.toFixed(2)}×`,
  ]);
  console.log(renderTable([{ head: name }, ...heads], cells).join('\n'));
}
