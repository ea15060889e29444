import pMap from 'p-map';

/** One line of a bench, as `--json` writes it. The first row is the ceiling or the peer that `ratio` refers to. */
export interface BenchRow {
  what: string;
  n: number;
  bytes: number | null;
  seconds: number;
  /** CPU of the client side: this process, or the processes that it started. */
  cpuSeconds: number | null;
  rssMb: number | null;
  /** Seconds of this row by seconds of the first. */
  ratio: number;
  /** What the job that was measured on felt, and what it felt between. */
  meanwhile?: { quiet: Meanwhile; busy: Meanwhile };
}

/** What a running Flink job felt in a time: its own checkpoints, without savepoints, and its records. */
export interface Meanwhile {
  recordsPerSecond: number;
  /** Those that completed. */
  checkpoints: number;
  checkpointsFailed: number;
  /** End to end, on average. */
  checkpointSeconds: number;
  checkpointSecondsMax: number;
}

/** How often the size of the process is looked at. */
const lookEveryMs = 50;

/** Times some work of this process, all its threads; `rssMb` is the most that it took meanwhile. */
export async function timed<T>(
  work: () => Promise<T>,
): Promise<{ result: T; seconds: number; cpuSeconds: number; rssMb: number }> {
  const startedMs = performance.now();
  const before = process.cpuUsage();
  let rssBytes = process.memoryUsage.rss();
  const looking = setInterval(() => (rssBytes = Math.max(rssBytes, process.memoryUsage.rss())), lookEveryMs);
  try {
    const result = await work();
    const { user, system } = process.cpuUsage(before);
    const seconds = (performance.now() - startedMs) / 1000;
    rssBytes = Math.max(rssBytes, process.memoryUsage.rss());
    return { result, seconds, cpuSeconds: (user + system) / 1e6, rssMb: rssBytes / 2 ** 20 };
  } finally {
    clearInterval(looking);
  }
}

/** Runs `work` for each item, `inFlight` at a time. */
export async function inParallel<T>(
  items: readonly T[],
  inFlight: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  await pMap(items, work, { concurrency: inFlight });
}

/** Gives rows their ratio to the first one. */
export function withRatios(rows: Omit<BenchRow, 'ratio'>[]): BenchRow[] {
  const first = rows[0]!;
  return rows.map((row) => ({ ...row, ratio: row.seconds / row.n / (first.seconds / first.n) }));
}
