/** Updates, queries and signals of an escape: names and shapes, shared by workflows, worker and clients. */
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { EscapeProgress } from '../../model/move/progress.ts';
import type { SkippedJob } from '../../model/move/operators.ts';
import type { Tier } from '../../model/job/tier.ts';
import type { BatchRef } from '../../model/results/escape.ts';
import type { Verdict } from './verdict.ts';

/** Answers at once whether the escape was accepted, or who is at it already. */
export const requestEscape = defineUpdate<Verdict>('request');

/** How far it is. Asked of `escape-active/<zone>`. */
export const escapeProgress = defineQuery<EscapeProgress>('progress');

export interface OperatorNote {
  /** Who acts; shown in the UI and in the report. */
  by: string;
}

/** Starts no more batches until `resume`. Jobs already started are still verified. */
export const pauseEscape = defineUpdate<EscapeProgress, [OperatorNote]>('pause');
export const resumeEscape = defineUpdate<EscapeProgress, [OperatorNote]>('resume');
/** Starts nothing more; what was not started is left, and the report is written. */
export const abortEscape = defineUpdate<EscapeProgress, [OperatorNote]>('abort');

/** Lets an escape go on that waits for approval of its plan. */
export const approveEscape = defineUpdate<EscapeProgress, [OperatorNote]>('approve');
/** Leaves one job that was not started yet. */
export const skipJob = defineUpdate<EscapeProgress, [SkippedJob]>('skipJob');

export interface TierNote extends OperatorNote {
  tier: Tier;
}
/** Begins no batch of a tier until it is released; the tiers behind it go on. */
export const holdTier = defineUpdate<EscapeProgress, [TierNote]>('holdTier');
export const releaseTier = defineUpdate<EscapeProgress, [TierNote]>('releaseTier');

/** From a batch to its escape: counts of its jobs so far. At most one every two seconds, never one a job. */
export interface BatchNews {
  batch: BatchRef;
  /** True once all starts of the batch were issued: the next wave may begin. */
  issued: boolean;
  started: number;
  running: number;
  left: number;
  failed: number;
}
export const batchNews = defineSignal<[BatchNews]>('batchNews');
