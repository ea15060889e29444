/** Where a job stands in the plan of an escape. */
import { reasonText } from '../../model/outcome/outcome.ts';
import { jobKey } from '../../model/job/job.ts';
import type { Clock, Configured, Remembering, Stores } from '../../adapters/ports.ts';
import { readPlan } from '../../zones/reports/escape-plan.ts';
import type { SettledMove } from '../../model/move/move.ts';

/** The wave and the place in it of a job that is to start; a sentence for one that is not. */
export type PlannedPlace = { wave: number; index: number } | { sentence: string };

/** Looks for a job, given as `namespace/name`. */
export async function findPlanned(
  ports: Configured & Stores & Remembering & Clock,
  move: SettledMove,
  job: string,
  signal: AbortSignal,
): Promise<PlannedPlace> {
  const plan = await readPlan(ports, move, signal);
  for (const { wave, jobs } of plan.waves) {
    const index = jobs.findIndex((planned) => jobKey(planned) === job);
    if (index >= 0) return { wave, index };
  }
  const left = plan.left.find((one) => jobKey(one) === job);
  if (left) return { sentence: `the plan leaves ${job} anyway: ${reasonText(left)}` };
  return { sentence: `the plan of this escape has no job ${job}` };
}
