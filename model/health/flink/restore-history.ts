/** What was seen of a starting job so far. One answer of Flink cannot tell a job at rest from one between two restarts. */
import type { CheckpointStatistics, FlinkExceptions, FlinkJobDetail } from './rest-types.ts';

/** Answers of one JobManager, asked in this order: a later answer is then never older than the job's state. */
export interface JobSighting {
  job: FlinkJobDetail;
  checkpoints: CheckpointStatistics;
  exceptions?: FlinkExceptions;
}

export interface RestoreHistory {
  /** Of the job as this JobManager knows it; another value means that the JobManager was started again. */
  startTimeMs: number | undefined;
  /** Restarts under earlier JobManagers, each end of a JobManager counted as one. */
  earlierRestarts: number;
  /** Restarts under the present JobManager. */
  restarts: number;
  /** Paths that the job was restored from, oldest first. Later ones than the first are its own checkpoints. */
  restoredPaths: readonly string[];
  /** `restarts` grew with the newest sighting. */
  justRestarted: boolean;
}

export const nothingSeen: RestoreHistory = {
  startTimeMs: undefined,
  earlierRestarts: 0,
  restarts: 0,
  restoredPaths: [],
  justRestarted: false,
};

/** All restarts since the first sighting's job began. */
export function restartsOf(history: RestoreHistory): number {
  return history.earlierRestarts + history.restarts;
}

/** The history with one more sighting. */
export function remember(history: RestoreHistory, seen: JobSighting): RestoreHistory {
  const sameJobManager = history.startTimeMs === undefined || history.startTimeMs === seen.job.startTimeMs;
  const earlierRestarts = sameJobManager ? history.earlierRestarts : history.earlierRestarts + history.restarts + 1;
  // Flink forgets neither within one JobManager, but its answers are cached for seconds: never count backwards.
  const restarts = Math.max(sameJobManager ? history.restarts : 0, countRestarts(seen));
  const path = seen.checkpoints.restored?.externalPath;
  const known = path === undefined || history.restoredPaths.at(-1) === path;
  return {
    startTimeMs: seen.job.startTimeMs,
    earlierRestarts,
    restarts,
    restoredPaths: known ? history.restoredPaths : [...history.restoredPaths, path],
    justRestarted: history.startTimeMs !== undefined && earlierRestarts + restarts > restartsOf(history),
  };
}

/**
 * Each failover restores again, so `counts.restored` is one plus the restarts of a job that began from a snapshot. A
 * job that began without one, or fails before its first checkpoint, restores nothing: there the exceptions count.
 */
function countRestarts(seen: JobSighting): number {
  const byRestores = seen.checkpoints.counts.restored - 1;
  const byExceptions = seen.exceptions?.entries.length ?? 0;
  return Math.max(0, byRestores, byExceptions);
}
