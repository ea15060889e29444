/** What a re-check says of each job; small, as it travels through workflow histories. */
import type { ErrorCode } from '../error-codes.ts';
import type { Finding } from '../readiness/codes.ts';
import type { JobRef } from '../job/job.ts';

export interface RecheckJobRequest extends JobRef {
  /** Zone in which the job runs; its recovery points lie in the peer's store. */
  zone: string;
  /** Read every file, not only a sample. */
  all?: boolean;
}

export interface RecheckedPoint {
  id: string;
  state: 'intact' | 'damaged';
  files: number;
  bytes: number;
  /** Files whose bytes some check has read. */
  read: number;
  /** What is wrong with it. */
  fault: string | null;
}

export interface RecheckResult extends JobRef {
  outcome: 'checked' | 'failed';
  code: ErrorCode | null;
  sentence: string;
  /** Newest first; the first 20 of them, and all that are damaged up to 50. */
  points: RecheckedPoint[];
  /** Read by this check. */
  files: number;
  bytes: number;
  findings: Finding[];
  seconds: number;
}
