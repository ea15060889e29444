/**
 * After an escape: waits for the lost zone to come back and stops there what runs elsewhere now. A zone that returns
 * starts its jobs again by itself within minutes, so this looks every few seconds, for days if need be. Ends when the
 * zone answered and every job of the escape is stopped in it.
 */
import { ActivityFailure, continueAsNew, setCurrentDetails, sleep } from '@temporalio/workflow';
import type { SettledMove } from '../../model/move/move.ts';
import type { FenceResult } from '../../model/results/escape.ts';
import { fenceZone } from '../shared/fence-zone.ts';
import { whyFailed } from '../shared/failure-words.ts';

/** Looks in one run: ten events each, so a run's history stays small. */
const looksPerRun = 400;

export async function fenceReturn(move: SettledMove): Promise<FenceResult['fence']> {
  for (let look = 0; look < looksPerRun; look++) {
    await sleep(move.fenceRetryMs);
    const { fence, complete } = await lookOnce(move);
    setCurrentDetails(complete ? fence.detail : `waits for **${move.zone}** to come back: ${fence.detail}`);
    if (complete) return fence;
  }
  return continueAsNew<typeof fenceReturn>(move);
}

/** A look that fails says nothing about the zone: the next one follows. */
async function lookOnce(move: SettledMove): Promise<FenceResult> {
  try {
    return await fenceZone(move, 'settled');
  } catch (error) {
    if (!(error instanceof ActivityFailure)) throw error;
    return { fence: { outcome: 'unreachable', detail: whyFailed(error) }, complete: false };
  }
}
