/** What can be wrong with one job's run, and the traces that each leaves, in Flink's own recorded words. */
import type { FlinkExceptions } from '../../model/health/flink/rest-types.ts';
import { recordedLog, sighting } from './recorded.ts';

export type RunFault =
  /** Its tasks stay at INITIALIZING. */
  | 'never-ready'
  /** It takes three times as long as others, and then runs. */
  | 'slow'
  /** It fails once while it starts, takes three times as long as others, and then runs. */
  | 'fails-once'
  /** It starts, fails, starts again. */
  | 'restart-loop'
  /** It runs on another snapshot than it was asked for. */
  | 'wrong-path'
  /** Its JobManager answers every request with 503. */
  | 'rest-5xx'
  /** Its JobManager takes every request and says nothing for six seconds of real time. */
  | 'rest-silent'
  /** It runs, takes no checkpoint, and then its JobManager answers no more. */
  | 'falls-silent'
  /** A file of the snapshot vanished between the check and the restore. */
  | 'file-missing'
  /** The JobManager ends while it reads `_metadata`. */
  | 'metadata-damaged'
  /** No node has room for its pods. */
  | 'no-room';

/** Exceptions as Flink lists them after `restarts` failures. */
export function exceptionsOf(fault: RunFault | undefined, restarts: number, nowMs: number): FlinkExceptions {
  if (fault === 'file-missing') return sighting('file-missing').exceptions!;
  if (fault !== 'restart-loop' && fault !== 'fails-once') return { entries: [] };
  const stacktrace =
    'java.lang.IllegalStateException: the topic orders has no partition 7\n\tat com.example.Orders.open(Orders.java:42)';
  return {
    entries: Array.from({ length: restarts }, () => ({
      name: 'java.lang.IllegalStateException',
      stacktrace,
      timestampMs: nowMs,
      taskName: 'count (1/2)',
    })),
  };
}

export function jobManagerLogOf(fault: RunFault | undefined): string | undefined {
  return fault === 'metadata-damaged' ? recordedLog('metadata-truncated') : undefined;
}

/** What can be wrong with a savepoint that is asked of a job. */
export type SavepointFault =
  /** Flink reports that it failed, with its cause. */
  | 'fails'
  /** It is written, but the JobManager fails over and no longer knows the trigger. */
  | 'forgotten'
  /** The JobManager fails over before it is written, and no longer knows the trigger. */
  | 'lost'
  /** It never ends. */
  | 'hangs'
  /** Flink reports success, but a file is not in the store. */
  | 'file-missing'
  /** Flink reports success, but `_metadata` is cut short. */
  | 'metadata-cut';
