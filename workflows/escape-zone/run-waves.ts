/** Starts the batches of a plan in their order: a wave's first batch waits until all starts before it were issued. */
import { condition, executeChild, ParentClosePolicy } from '@temporalio/workflow';
import type { BatchRef, EscapeTarget } from '../../activities/escape/types.ts';
import { batchesInFlight } from '../../model/escape/expectation.ts';
import { escapeBatch } from './escape-batch.ts';
import { whyFailed } from '../failure-words.ts';
import { batchName, type ProgressState } from './progress-state.ts';

export interface WaveControl {
  /** True while an operator holds the escape. */
  paused: () => boolean;
  /** True once nothing more is to be started. */
  aborted: () => boolean;
  /** True once the room is free that jobs up to this wave wait for. */
  roomMadeFor?: (wave: number) => boolean;
}

/** Runs every batch to its end and says which were begun. A batch that breaks leaves its jobs to the report. */
export async function runWaves(
  target: EscapeTarget,
  batches: BatchRef[],
  state: ProgressState,
  escapeId: string,
  control: WaveControl,
): Promise<{ begun: BatchRef[]; broken: string[] }> {
  const begun: BatchRef[] = [];
  const broken: string[] = [];
  const over = new Set<BatchRef>();
  const running: Promise<void>[] = [];
  for (const batch of batches) {
    const earlierWaves = batches.filter((other) => other.wave < batch.wave);
    await condition(
      () =>
        control.aborted() ||
        (!control.paused() &&
          begun.length - over.size < batchesInFlight &&
          (!batch.waits || (control.roomMadeFor?.(batch.wave) ?? true)) &&
          earlierWaves.every((other) => state.hasIssued(other) || over.has(other))),
    );
    if (control.aborted()) break;
    begun.push(batch);
    running.push(
      runBatch(target, batch, state, escapeId)
        .catch((error: unknown) => {
          broken.push(`${batchName(batch)}: ${error instanceof Error ? whyFailed(error) : String(error)}`);
        })
        .finally(() => over.add(batch)),
    );
  }
  await Promise.all(running);
  return { begun, broken };
}

async function runBatch(target: EscapeTarget, batch: BatchRef, state: ProgressState, escapeId: string): Promise<void> {
  const news = await executeChild(escapeBatch, {
    workflowId: `${escapeId}/${batchName(batch)}`,
    args: [{ target, batch, escape: escapeId }],
    parentClosePolicy: ParentClosePolicy.ABANDON,
    staticSummary: `${batch.tier}: jobs ${batch.from + 1} to ${batch.to} of wave ${batch.wave}`,
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
  });
  state.heard(news);
}
