/** Runs many seeds, one after the other, and sums up what they came to. */
import { mutants } from './laws/mutants.ts';
import { runSeed, type SeedResult } from './run-seed.ts';

export interface SeedsSummary {
  from: number;
  seeds: number;
  events: number;
  virtualSeconds: number;
  seconds: number;
  cpuSeconds: number;
  seedsPerSecond: number;
  /** Lines of all reports. */
  totals: { running: number; left: number; failed: number };
  failures: { seed: number; broken: string[]; replay: string }[];
}

export interface SeedsOptions {
  from: number;
  seeds: number;
  /** Name of one of the mutants; none: the product as it is. */
  mutant?: string;
  /** Called after each seed. */
  ran?: (result: SeedResult, soFar: SeedsSummary) => void;
}

/** The command that runs a seed again and prints its log. */
function replayCommand(seed: number, mutant?: string): string {
  return `npm run simulate -- --seed ${seed} --verbose${mutant === undefined ? '' : ` --mutant ${mutant}`}`;
}

export async function runSeeds({ from, seeds, mutant, ran }: SeedsOptions): Promise<SeedsSummary> {
  const startedMs = performance.now();
  const cpuBefore = process.cpuUsage();
  const totals = { running: 0, left: 0, failed: 0 };
  const summary: SeedsSummary = {
    from,
    seeds: 0,
    events: 0,
    virtualSeconds: 0,
    seconds: 0,
    cpuSeconds: 0,
    seedsPerSecond: 0,
    totals,
    failures: [],
  };
  for (let seed = from; seed < from + seeds; seed++) {
    const result = await runSeed(seed, mutant === undefined ? {} : { mutate: mutants[mutant]!.mutate });
    summary.seeds += 1;
    summary.events += result.events;
    summary.virtualSeconds += result.virtualSeconds;
    for (const outcome of ['running', 'left', 'failed'] as const) totals[outcome] += result.totals?.[outcome] ?? 0;
    if (result.broken.length > 0) {
      summary.failures.push({ seed, broken: result.broken, replay: replayCommand(seed, mutant) });
    }
    const cpu = process.cpuUsage(cpuBefore);
    summary.seconds = (performance.now() - startedMs) / 1000;
    summary.cpuSeconds = (cpu.user + cpu.system) / 1e6;
    summary.seedsPerSecond = summary.seeds / summary.seconds;
    ran?.(result, summary);
  }
  return summary;
}
