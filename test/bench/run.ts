/** `npm run bench -- <name> [options] [--json FILE]`: measures on this machine; ratios are side by side in one run. */
import { writeFileSync } from 'node:fs';
import { arch, cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { explainAndExit } from '../../cli/explain.ts';
import { prepareToolchain } from '../../cli/prepare-lab.ts';
import { renderTable } from '../../cli/render/table.ts';
import { kwokTool } from '../../lab/fleet/pods/kwok.ts';
import { demoToolNames } from '../../lab/toolchain/tools.ts';
import type { BenchRow, Meanwhile } from './row.ts';
import { benchEscape } from './escape.ts';
import { benchCopy } from './copy.ts';
import { benchPlan } from './plan.ts';
import { sizeOf } from './pods-size.ts';
import { benchPods } from './pods.ts';
import { benchProtect } from './protect.ts';
import { benchRequests } from './requests.ts';
import { benchStarts } from './starts.ts';
import { benchSweep } from './sweep.ts';

/** What may be given on the command line; every bench reads some of it. */
const options = {
  jobs: { type: 'string' },
  files: { type: 'string' },
  size: { type: 'string' },
  minutes: { type: 'string' },
  'pods-per-job': { type: 'string' },
  nodes: { type: 'string' },
} as const;
type Given = { [option in keyof typeof options]?: string };

interface Bench {
  about: string;
  usage: string;
  run(given: Given): Promise<BenchRow[]>;
}

const benches: Record<string, Bench> = {
  plan: {
    about: 'planning an escape (pure)',
    usage: '--jobs 10000',
    run: (given) => benchPlan(whole(given, 'jobs') ?? 10_000),
  },
  starts: {
    about: 'issuing the starts of an escape to a real API server',
    usage: '--jobs 1000',
    run: async (given) => {
      await prepareToolchain({ install: true });
      return benchStarts(whole(given, 'jobs') ?? 1_000);
    },
  },
  requests: {
    about: 'requests to the store of one job’s round and retention, counted',
    usage: '',
    run: () => benchRequests(),
  },
  sweep: {
    about: 'periodic protection of many simulated jobs, by schedule',
    usage: '--jobs 1000 --minutes 11',
    run: async (given) => {
      await prepareToolchain({ install: true, tools: ['temporal'] });
      return benchSweep(whole(given, 'jobs') ?? 1_000, whole(given, 'minutes') ?? 11);
    },
  },
  escape: {
    about: 'a whole escape of simulated jobs, beside bare patches and kubectl',
    usage: '--jobs 1000',
    run: async (given) => {
      await prepareToolchain({ install: true });
      return benchEscape(whole(given, 'jobs') ?? 1_000);
    },
  },
  pods: {
    about: 'an escape of jobs with real pods through the real scheduler, beside posting them bare',
    usage: '--jobs 1000 --pods-per-job 31 --nodes 2000',
    run: async (given) => {
      const [pods, nodes] = [whole(given, 'pods-per-job'), whole(given, 'nodes')];
      const size = sizeOf({ jobs: whole(given, 'jobs') ?? 1_000, pods, nodes });
      await prepareToolchain({ install: true, tools: [...demoToolNames, kwokTool] });
      return benchPods(size);
    },
  },
  copy: {
    about: 'copying files from store to store, beside s5cmd',
    usage: '--files 1000 --size 1M, and 20 of 100M',
    run: async (given) => {
      const [files, size] = [whole(given, 'files'), bytes(given.size)];
      if ((files === undefined) !== (size === undefined)) throw new Error('give --files and --size, or neither');
      return benchCopy(files === undefined || size === undefined ? undefined : { files, sizeBytes: size });
    },
  },
  protect: {
    about: 'savepoints and shipments of a Flink job with large state, and what it feels of them',
    usage: '--size 330M',
    run: (given) => benchProtect(bytes(given.size) ?? 330e6),
  },
};

try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { ...options, json: { type: 'string' }, help: { type: 'boolean' } },
  });
  if (values.help) {
    console.log(helpText());
    process.exit(0);
  }
  const [name = ''] = positionals;
  const bench = benches[name];
  if (!bench) throw new Error(helpText());
  // By way of `exit`, at which servers that were started are ended. It may come twice: from the terminal and passed on.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130));
  const rows = await bench.run(values);
  print(name, rows);
  const machine = `${cpus().length} × ${cpus()[0]?.model.trim() ?? arch()}, ${Math.round(totalmem() / 2 ** 30)} GiB`;
  if (values.json) writeFileSync(values.json, `${JSON.stringify({ name, machine, rows }, null, 2)}\n`);
} catch (error) {
  explainAndExit(error);
}

function helpText(): string {
  const list = Object.entries(benches).map(([known, { about, usage }]) => `  ${known.padEnd(8)} ${about} (${usage})`);
  return `usage: npm run bench -- <name> [options] [--json FILE]\n${list.join('\n')}`;
}

function whole(given: Given, option: keyof Given): number | undefined {
  const text = given[option];
  if (text === undefined) return undefined;
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1) return value;
  throw new Error(`--${option} ${text}: give a whole number, 1 or more`);
}

/** `1M` is a million bytes. */
function bytes(size: string | undefined): number | undefined {
  if (size === undefined) return undefined;
  const [, digits, unit = ''] = /^([1-9]\d*)([kMG]?)$/.exec(size) ?? [];
  if (digits === undefined) throw new Error(`--size ${size}: give bytes as a whole number, such as 500k, 1M or 2G`);
  return Number(digits) * 1_000 ** ['', 'k', 'M', 'G'].indexOf(unit);
}

function print(name: string, rows: BenchRow[]): void {
  const number = (value: number | null, digits: number) => (value === null ? '-' : value.toFixed(digits));
  const right = { align: 'right' } as const;
  const heads = ['n', 'seconds', 'a second', 'MB/s', 'CPU s', 'RSS MB', 'ratio'].map((head) => ({ head, ...right }));
  const cells = rows.map((row) => [
    row.what,
    String(row.n),
    number(row.seconds, 2),
    number(row.n / row.seconds, 0),
    number(row.bytes === null ? null : row.bytes / 1e6 / row.seconds, 0),
    number(row.cpuSeconds, 2),
    number(row.rssMb, 0),
    `${row.ratio.toFixed(2)}×`,
  ]);
  console.log(renderTable([{ head: name }, ...heads], cells).join('\n'));
  for (const { what, meanwhile } of rows) {
    if (meanwhile) console.log(`${what}: the job ${inWords(meanwhile.busy)}; without, ${inWords(meanwhile.quiet)}`);
  }
}

function inWords({ recordsPerSecond, checkpoints, checkpointsFailed, checkpointSeconds, ...rest }: Meanwhile): string {
  const took = `${checkpointSeconds.toFixed(2)} s on average and ${rest.checkpointSecondsMax.toFixed(2)} s at most`;
  return `made ${recordsPerSecond.toFixed(0)} records/s and ${checkpoints} checkpoints (${checkpointsFailed} failed) of ${took}`;
}
