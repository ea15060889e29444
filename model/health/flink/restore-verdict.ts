/**
 * Whether a job that was started from a snapshot is well. Nothing is taken on hearsay: a job is confirmed by Flink's
 * own words that all tasks run, that it restored what it was asked to, and that it took a checkpoint since.
 */
import type { CompletedCheckpoint } from './rest-types.ts';
import type { JobSighting, RestoreHistory } from './restore-history.ts';
import { restartsOf } from './restore-history.ts';
import { mostTelling } from './root-cause.ts';
import { allTasksRun, describeTasks, isEnded } from './tasks.ts';

export type RestoreVerdict =
  /** Not yet, and nothing wrong so far. */
  | { state: 'starting'; why: string }
  /** All tasks run, restored from the right path; no checkpoint of its own yet. */
  | { state: 'all-running' }
  /** And it completed this checkpoint by itself after the restore. */
  | { state: 'confirmed'; checkpointId: number }
  /** It runs on other state than was asked for; `restoredPath` undefined means on none. Final. */
  | { state: 'wrong-path'; restoredPath: string | undefined }
  /** It ended, or restarts again and again. */
  | { state: 'failing'; why: string };

export interface RestoreAsk {
  /** The snapshot the job was to start from. */
  path: string;
  /** Whether two paths name the same place: Flink writes `file:/x` for `file:///x`, and each zone has its own scheme. */
  samePath(a: string, b: string): boolean;
}

/** Restarts without a completed checkpoint since, after which a job counts as failing. One or two are usual at a start. */
const tooManyRestarts = 3;

/** `history` must already hold `seen`: `remember` first. */
export function restoreVerdict(seen: JobSighting, ask: RestoreAsk, history: RestoreHistory): RestoreVerdict {
  if (isEnded(seen.job)) return { state: 'failing', why: `the job is ${seen.job.state}${because(seen)}` };
  const first = history.restoredPaths[0];
  if (first !== undefined && !history.restoredPaths.some((path) => ask.samePath(path, ask.path))) {
    return { state: 'wrong-path', restoredPath: seen.checkpoints.restored?.externalPath ?? first };
  }
  const running = runningVerdict(seen, history);
  if (running) return running;
  // It runs and Flink restored nothing: the operator ignored the path, and the job began with empty state.
  if (first === undefined) return { state: 'wrong-path', restoredPath: undefined };
  const proof = ownCheckpointSinceRestore(seen);
  return proof && !history.justRestarted ? { state: 'confirmed', checkpointId: proof.id } : { state: 'all-running' };
}

/**
 * The verdict on a twin, which was not asked to restore anything: all its tasks run, and its newest completed
 * checkpoint is at most `maxAgeMs` old at `nowMs`. With an older one, or none, it is all-running.
 */
export function twinVerdict(
  seen: JobSighting,
  at: { nowMs: number; maxAgeMs: number },
  history: RestoreHistory,
): RestoreVerdict {
  if (isEnded(seen.job)) return { state: 'failing', why: `the job is ${seen.job.state}${because(seen)}` };
  const running = runningVerdict(seen, history);
  if (running) return running;
  const newest = seen.checkpoints.latestCompleted;
  const endedAtMs = newest ? newest.triggerTimestampMs + newest.endToEndDurationMs : -Infinity;
  const isRecent = at.nowMs - endedAtMs <= at.maxAgeMs;
  return newest && isRecent ? { state: 'confirmed', checkpointId: newest.id } : { state: 'all-running' };
}

/** Undefined when all tasks run. */
function runningVerdict(seen: JobSighting, history: RestoreHistory): RestoreVerdict | undefined {
  const restarts = restartsOf(history);
  if (restarts >= tooManyRestarts && !ownCheckpointSinceRestore(seen)) {
    return { state: 'failing', why: `it restarted ${restarts} times without a checkpoint since${because(seen)}` };
  }
  if (allTasksRun(seen.job)) return undefined;
  const after = restarts > 0 ? ` after ${restarts} restarts${because(seen)}` : '';
  return { state: 'starting', why: describeTasks(seen.job) + after };
}

/**
 * The newest checkpoint, if the job completed it by itself after its newest restore.
 * A savepoint proves little: it may have been asked of the job before. A checkpoint that was triggered before the
 * newest restore belongs to the run before it.
 */
export function ownCheckpointSinceRestore({
  checkpoints,
}: Pick<JobSighting, 'checkpoints'>): CompletedCheckpoint | undefined {
  const { latestCompleted: newest, restored } = checkpoints;
  if (!newest || newest.isSavepoint) return undefined;
  if (!restored) return newest;
  return newest.id > restored.id && newest.triggerTimestampMs > restored.restoreTimestampMs ? newest : undefined;
}

function because(seen: JobSighting): string {
  const cause = mostTelling((seen.exceptions?.entries ?? []).map((entry) => entry.stacktrace));
  return cause === undefined ? '' : `: ${cause}`;
}
