/** How long a simulated job takes to start: drawn from what real starts took. */
import { draw } from './draw.ts';

/**
 * Seconds from the patch to running until all tasks run, by the share of starts that took at most so long. Measured
 * with Flink 1.20.0: 9.4 s is a JobManager and TaskManager as plain processes on a machine at rest, 14 s the sample
 * jobs in pods at rest, 29 s the same while other jobs start (operator 1.7.0, RocksDB, savepoint on S3); 40 s is the
 * slowest of a full wave on two cores.
 */
const quantiles: readonly (readonly [share: number, seconds: number])[] = [
  [0, 9.4],
  [0.25, 14],
  [0.5, 20],
  [0.9, 29],
  [1, 40],
];

/** From the same starts: the JobManager answers after 15 of 29 s; its tasks are restored in what is left. */
export const restAnswersAfter = 15 / 29;

/** The slowest start that is drawn, without faults. */
export const slowestStartMs = quantiles.at(-1)![1] * 1000;

/** Milliseconds of the `nth` start of a job, the same for the same seed. */
export function startTakesMs(seed: number, job: string, nth: number): number {
  const share = draw(seed, 'start takes', job, nth);
  const above = quantiles.findIndex(([upTo]) => upTo > share);
  const [[from, least], [to, most]] = [quantiles[above - 1]!, quantiles[above]!];
  return Math.round((least + ((share - from) / (to - from)) * (most - least)) * 1000);
}
