/** What may be wrong with a simulated job, drawn once for each. */
import { draw } from './draw.ts';

export const jobFaults = [
  /** Its tasks stay at INITIALIZING. */
  'never-ready',
  /** It starts, fails, starts again. */
  'restart-loop',
  /** It runs on another snapshot than it was asked for. */
  'wrong-path',
  /** It takes three times as long as others, and then runs. */
  'slow',
  /** Its JobManager answers every third request or so with 503. */
  'rest-5xx',
] as const;
export type JobFault = (typeof jobFaults)[number];

/** `share` of the jobs have a fault, all kinds alike often. */
export function faultOf(seed: number, job: string, share: number): JobFault | undefined {
  if (draw(seed, 'has a fault', job) >= share) return undefined;
  return jobFaults[Math.floor(draw(seed, 'which fault', job) * jobFaults.length)];
}
