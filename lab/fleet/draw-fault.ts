/** What may be wrong with a simulated job, drawn once for each. */
import type { RunFault } from '../../simulation/flink/faults.ts';
import { draw } from './draw.ts';

/** Those that show without pods. With `rest-5xx` a JobManager answers every third request or so with 503. */
export const jobFaults = [
  'never-ready',
  'restart-loop',
  'wrong-path',
  'slow',
  'rest-5xx',
] as const satisfies RunFault[];
export type JobFault = (typeof jobFaults)[number];

/** `share` of the jobs have a fault, all kinds alike often. */
export function faultOf(seed: number, job: string, share: number): JobFault | undefined {
  if (draw(seed, 'has a fault', job) >= share) return undefined;
  return jobFaults[Math.floor(draw(seed, 'which fault', job) * jobFaults.length)];
}
