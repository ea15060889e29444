/**
 * What a job is at before a savepoint is asked of it. Each task writes its snapshots one after the other in one thread,
 * so a savepoint beside a checkpoint makes both late; and one beside a savepoint that hangs makes it worse.
 */
import { jobKey, type JobRef } from '../../model/job/job.ts';
import type { CheckpointStatistics } from '../../model/health/flink/rest-types.ts';
import type { StageProgress } from '../../model/protect/round-progress.ts';
import { OutsideFailure } from '../../adapters/failure.ts';
import type { FlinkJobManager } from '../../adapters/flink/port.ts';
import { TypedFailure } from '../../adapters/typed-failure.ts';
import type { Pulse } from '../../adapters/ports.ts';

export interface RunningQuestion {
  job: JobRef;
  jobId: string;
  jobManager: FlinkJobManager;
  now(): number;
}

const lookAgainMs = 500;

/**
 * Returns when the job writes no checkpoint or savepoint, or after `waitMs`: the checkpoints of some jobs follow each
 * other without a pause, and these must be protected too. A savepoint that is still being written then is of a round
 * that gave it up, or of somebody else.
 * @throws TypedFailure `SavepointFailed` for that
 */
export async function letCheckpointsEnd(question: RunningQuestion, waitMs: number, pulse: Pulse): Promise<void> {
  const deadline = question.now() + waitMs;
  for (;;) {
    const seen = await statisticsOf(question, pulse.signal);
    if (seen === 'takes none' || seen?.counts.inProgress === 0) return;
    if (question.now() >= deadline) {
      const savepoint = seen?.underWay.find(({ isSavepoint }) => isSavepoint);
      if (!savepoint) return;
      const since = new Date(savepoint.triggerTimestampMs).toISOString();
      const sentence = `Flink still writes a savepoint that was begun at ${since}, so no other was asked for beside it`;
      throw new TypedFailure('SavepointFailed', `${jobKey(question.job)}: ${sentence}`);
    }
    pulse.beat({ stage: 'checkpoint' } satisfies StageProgress);
    await pulse.sleep(lookAgainMs);
  }
}

/** Undefined where a JobManager does not answer for a moment: whether it takes the savepoint will show. */
async function statisticsOf(
  { jobManager, jobId }: RunningQuestion,
  signal: AbortSignal,
): Promise<CheckpointStatistics | 'takes none' | undefined> {
  try {
    return await jobManager.checkpoints(jobId, signal);
  } catch (error) {
    if (!(error instanceof OutsideFailure)) throw error;
    if (error.failureClass === 'NotFound') return 'takes none';
    if (error.retryable) return undefined;
    throw error;
  }
}

/**
 * How the job's own time-out of checkpoints, which Flink applies to savepoints too, and the one of a round met, for
 * people: a clause to append, empty where the job's cannot be read. `ended`: who gave the savepoint up.
 */
export async function timeoutClause(
  { jobManager, jobId }: Pick<RunningQuestion, 'jobManager' | 'jobId'>,
  { ended, timeoutMs }: { ended: 'by Flink' | 'by the round'; timeoutMs: number },
  signal: AbortSignal,
): Promise<string> {
  try {
    const ownMs = await jobManager.checkpointTimeoutMs(jobId, signal);
    const own = `execution.checkpointing.timeout of ${seconds(ownMs)}`;
    if (ended === 'by the round') return `; Flink goes on with it until the job’s ${own} has passed`;
    if (ownMs >= timeoutMs) return '';
    return `; the job’s ${own} ended it before the ${seconds(timeoutMs)} of savepointTimeout: raise it, or use mode ship`;
  } catch (error) {
    if (!(error instanceof OutsideFailure)) throw error;
    return '';
  }
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}
