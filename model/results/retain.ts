/** What retention says of each job; small, as it travels through workflow histories. */
import type { JobRef } from '../job/job.ts';
import type { ErrorCode } from '../error-codes.ts';

export interface RetainJobRequest extends JobRef {
  /** Zone in which the job runs; its recovery points lie in the peer's store. */
  zone: string;
  /** Say what would be deleted; delete nothing. */
  dryRun?: boolean;
}

/** A job that no zone has, and the store that keeps recovery points of it. */
export interface ForgottenJob extends JobRef {
  store: string;
  /** Of a zone with several peers: the one whose store that is. */
  peer?: string;
}

export interface RetainForgottenRequest extends ForgottenJob {
  /** Zone in which the job ran; its recovery points lie in the peer's store. */
  zone: string;
  dryRun?: boolean;
}

/** One recovery point, or leftovers under one folder, that went or would go. */
export interface RetiredItem {
  /** Id of the recovery point, or key of the folder. */
  what: string;
  kind: 'recovery point' | 'leftover';
  files: number;
  bytes: number;
}

export interface RetainResult extends JobRef {
  /** `skipped`: nothing could be decided or done now, and why; the next time may be better. */
  outcome: 'retained' | 'skipped' | 'failed';
  code: ErrorCode | null;
  sentence: string;
  dryRun: boolean;
  /** Its owner deleted it: nothing of it stays. */
  jobDeleted?: true;
  /** Recovery points that stay. */
  kept: number;
  /** What was deleted; in a dry run, what would be. At most 50 items; `files` and `bytes` count them all. */
  items: RetiredItem[];
  files: number;
  bytes: number;
  /** Time ran out: the next run goes on. */
  unfinished: boolean;
  seconds: number;
}

/** What became of copies of jars that nobody names any more, in all stores that a zone's jobs are protected in. */
export interface ArtifactSweep {
  /** Those that were deleted; in a dry run, that would be. At most 50 items; `files` and `bytes` count them all. */
  items: { zone: string; store: string; what: string; bytes: number }[];
  files: number;
  bytes: number;
  /** Copies that nobody names, and that stay until a later look. */
  leaving: number;
  /** Why nothing was decided in some store. */
  skipped?: string;
}
