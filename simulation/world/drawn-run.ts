/** Runs as the world's seed draws them: how long the start takes, and which numbers Flink gives. */
import { jobKey, type JobRef } from '../../model/job/job.ts';
import type { RunFault } from '../flink/faults.ts';
import { SimulatedRun } from '../flink/simulated-run.ts';
import { drawBetween, drawHex } from '../shared/draw.ts';

/** When the JobManager answers, as a share of the time until all tasks run. */
const answersAfter = 0.3;

/** @param run `nth`: which start of the job in that zone it is */
export function drawRun(
  seed: number,
  run: { zone: string; job: JobRef; nth: number; startedMs: number; path: string | undefined; fault?: RunFault },
): SimulatedRun {
  const { zone, job, nth, startedMs, path, fault } = run;
  const purpose = [zone, job.namespace, job.name, nth];
  const runsAfterMs = drawBetween(15_000, 40_000, seed, 'start takes', ...purpose);
  return new SimulatedRun({
    job,
    jobId: drawHex(32, seed, 'job id', ...purpose),
    path,
    restoredId: drawBetween(1, 500, seed, 'restored id', ...purpose),
    checkpointsTo: `s3a://bucket-${zone}/checkpoints/${jobKey(job)}`,
    startedMs,
    fault,
    pace: {
      answersAfterMs: runsAfterMs * answersAfter,
      knowsJobAfterMs: runsAfterMs * answersAfter + 1_000,
      runsAfterMs,
      restoredBeforeMs: 500,
      checkpointEveryMs: 10_000,
      checkpointTakesMs: 1_000,
      restartEveryMs: 4_000,
    },
  });
}
