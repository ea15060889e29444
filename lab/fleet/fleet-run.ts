/** Runs of a fleet's jobs: they start as fast as real ones, or so many times faster. */
import { jobKey, type JobRef } from '../../model/job/job.ts';
import { SimulatedRun } from '../../simulation/flink/simulated-run.ts';
import { drawId } from './draw.ts';
import type { JobFault } from './draw-fault.ts';
import { restAnswersAfter, startTakesMs } from './start-times.ts';

/** Of the recovery points of a fleet. */
const restoredId = 7;

export interface FleetRunSettings {
  job: JobRef;
  /** Which start of this job it is, from 1. */
  nth: number;
  seed: number;
  /** All that takes time takes so many times less. */
  speed: number;
  /** The path that it was told to restore; undefined: it begins with empty state. */
  path: string | undefined;
  fault: JobFault | undefined;
}

/** It waits for its pods: `startedMs` is to be set when they are there. */
export function fleetRun({ job, nth, seed, speed, path, fault }: FleetRunSettings): SimulatedRun {
  const key = jobKey(job);
  const faster = (ms: number) => Math.round(ms / speed);
  const takesMs = startTakesMs(seed, key, nth);
  return new SimulatedRun({
    job,
    jobId: drawId(seed, 'job id', key, nth),
    path,
    restoredId,
    checkpointsTo: `s3a://simulated/checkpoints/${key}`,
    startedMs: undefined,
    fault,
    pace: {
      answersAfterMs: faster(takesMs * restAnswersAfter),
      knowsJobAfterMs: faster(takesMs * restAnswersAfter),
      runsAfterMs: faster(takesMs),
      restoredBeforeMs: faster(500),
      checkpointEveryMs: faster(10_000),
      checkpointTakesMs: faster(300),
      restartEveryMs: faster(4_000),
    },
  });
}
