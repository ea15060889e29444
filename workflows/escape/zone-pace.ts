/** Which of several zones is slow to take its starts, so that those of the others need not wait for it. */
import { condition } from '@temporalio/workflow';
import type { BatchRef } from '../../model/results/escape.ts';

/** A batch goes out within seconds; one that takes longer goes to a zone that hardly answers. */
const issuePatienceMs = 20_000;

/** How often it is looked whether the patience is over: nothing else would wake who waits. */
const lookEvery = '5s';

export class ZonePace {
  readonly #several: boolean;
  readonly #hasIssued: (batch: BatchRef) => boolean;
  readonly #begunMs = new Map<BatchRef, number>();
  readonly #broken = new Set<BatchRef>();

  constructor(batches: readonly BatchRef[], hasIssued: (batch: BatchRef) => boolean) {
    this.#several = new Set(batches.map(({ zone }) => zone)).size > 1;
    this.#hasIssued = hasIssued;
  }

  begins(batch: BatchRef): void {
    this.#begunMs.set(batch, Date.now());
  }

  breaks(batch: BatchRef): void {
    this.#broken.add(batch);
  }

  /** Never where all batches are of one zone. */
  isSlow(zone: string): boolean {
    if (!this.#several) return false;
    for (const [batch, begunMs] of this.#begunMs) {
      if (batch.zone !== zone || this.#hasIssued(batch)) continue;
      if (this.#broken.has(batch) || Date.now() - begunMs >= issuePatienceMs) return true;
    }
    return false;
  }

  /** Waits for it; a single zone needs no timer for that, and its histories have none. */
  async until(isSo: () => boolean): Promise<void> {
    if (!this.#several) return condition(isSo);
    while (!(await condition(isSo, lookEvery)));
  }
}
