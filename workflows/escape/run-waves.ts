/** Starts the batches of a plan in their order: a wave's first batch waits until all starts before it were issued. */
import { executeChild, ParentClosePolicy, patched } from '@temporalio/workflow';
import type { SettledMove } from '../../model/move/move.ts';
import type { BatchRef } from '../../model/results/escape.ts';
import { batchesInFlight } from '../../model/move/expectation.ts';
import type { SkippedJob } from '../../model/move/operators.ts';
import type { Tier } from '../../model/job/tier.ts';
import { escapeBatch, type BatchInput } from './escape-batch.ts';
import { whyFailed } from '../shared/failure-words.ts';
import { batchName, type ProgressState } from './progress-state.ts';
import { ZonePace } from './zone-pace.ts';

/** What operators decide about batches that have not begun. */
export interface WaveControl {
  /** True while an operator holds the escape. */
  paused: () => boolean;
  /** True once nothing more is to be started. */
  aborted: () => boolean;
  /** True while an operator holds the tier. */
  held: (tier: Tier) => boolean;
  /** Jobs that are not to be started, at this moment. */
  readonly skipped: readonly SkippedJob[];
  /** Set here: true once the batch has begun that has this job of a wave. */
  hasBegun: (wave: number, index: number) => boolean;
}

/** Batches whose starts go out at once: a few fill the way to the API server, more would only slow the first ones. */
const batchesIssuing = 3;

/** Jobs from which on the watching of those that were started holds up the starts of others. */
const manyJobs = 300;

/**
 * With so many, from the starts of a batch to the first look at one of its jobs: watching costs Temporal and the worker
 * as much as starting, and no JobManager restores a job sooner. P0's twins run already.
 */
const watchAfterMs = 15_000;

/** As it was for escapes that an earlier version began. */
const batchesInFlightBefore = 12;

/** Small escapes meet neither bound, so their histories need no mark. */
function startsFirst(batches: readonly BatchRef[]): boolean {
  return batches.length > batchesIssuing && patched('starts-first');
}

/** Runs every batch to its end and says which were begun. A batch that breaks leaves its jobs to the report. */
export async function runWaves(
  move: SettledMove,
  batches: BatchRef[],
  state: ProgressState,
  escapeId: string,
  control: WaveControl,
  /** False while others still stand where its jobs are to. */
  hasRoom: (batch: BatchRef) => boolean,
): Promise<{ begun: BatchRef[]; broken: string[] }> {
  const begun: BatchRef[] = [];
  const broken: string[] = [];
  const over = new Set<BatchRef>();
  const running: Promise<void>[] = [];
  control.hasBegun = (wave, index) =>
    begun.some((batch) => batch.wave === wave && batch.from <= index && index < batch.to);
  const waiting = [...batches];
  const inFlight = startsFirst(batches) ? batchesInFlight : batchesInFlightBefore;
  const watchLater = move.effects === 'real' && batches.reduce((jobs, { from, to }) => jobs + to - from, 0) >= manyJobs;
  const pace = new ZonePace(batches, (batch) => state.hasIssued(batch));
  const issuing = () =>
    begun.filter((batch) => !state.hasIssued(batch) && !over.has(batch) && !pace.isSlow(batch.zone)).length;
  const flying = () => begun.filter((batch) => !over.has(batch) && !pace.isSlow(batch.zone)).length;
  const mayIssue = () => inFlight === batchesInFlightBefore || issuing() < batchesIssuing;
  const mayBegin = (batch: BatchRef): boolean =>
    !control.held(batch.tier) &&
    hasRoom(batch) &&
    // A tier that is held keeps nobody behind it waiting, nor does a zone that is slow keep those of another.
    batches.every(
      (other) =>
        other.wave >= batch.wave ||
        state.hasIssued(other) ||
        over.has(other) ||
        control.held(other.tier) ||
        (other.zone !== batch.zone && pace.isSlow(other.zone)),
    );
  // In their order: only a hold or a zone that is slow lets one pass another.
  const next = (): BatchRef | undefined => {
    const released = waiting.filter((batch) => !control.held(batch.tier));
    return released.find((batch) => !pace.isSlow(batch.zone)) ?? released[0];
  };
  while (waiting.length > 0) {
    await pace.until(() => {
      if (control.aborted()) return true;
      const batch = next();
      return !control.paused() && flying() < inFlight && mayIssue() && batch !== undefined && mayBegin(batch);
    });
    if (control.aborted()) break;
    const batch = next()!;
    waiting.splice(waiting.indexOf(batch), 1);
    begun.push(batch);
    pace.begins(batch);
    running.push(
      runBatch(
        {
          move,
          batch,
          escape: escapeId,
          ...(control.skipped.length > 0 ? { skipped: [...control.skipped] } : {}),
          ...(watchLater && batch.tier !== 'P0' ? { watchAfterMs } : {}),
        },
        state,
      )
        .catch((error: unknown) => {
          pace.breaks(batch);
          broken.push(`${batchName(batch)}: ${error instanceof Error ? whyFailed(error) : String(error)}`);
        })
        .finally(() => over.add(batch)),
    );
  }
  await Promise.all(running);
  return { begun, broken };
}

async function runBatch(input: BatchInput, state: ProgressState): Promise<void> {
  const { batch } = input;
  const news = await executeChild(escapeBatch, {
    workflowId: `${input.escape}/${batchName(batch)}`,
    args: [input],
    parentClosePolicy: ParentClosePolicy.ABANDON,
    staticSummary: `${batch.tier}: jobs ${batch.from + 1} to ${batch.to} of wave ${batch.wave}`,
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
  });
  state.heard(news);
}
