/** The progress of an escape while it runs, summed from what its batches tell. */
import type { BatchRef, EscapeTarget, PlanSummary } from '../../activities/escape/types.ts';
import type { EscapeProgress } from '../../model/escape/progress.ts';
import { tiers } from '../../model/tier.ts';
import type { BatchNews } from './messages.ts';

export class ProgressState {
  readonly progress: EscapeProgress;
  readonly #news = new Map<string, BatchNews>();
  #jobsByTier: PlanSummary['jobsByTier'] = {};

  constructor(target: EscapeTarget) {
    this.progress = {
      phase: 'assess',
      zone: target.zone,
      to: [target.to],
      incident: target.incident,
      startedAt: target.triggeredAt,
      budgetSeconds: target.budgetSeconds,
      tiers: {},
      paused: false,
      note: target.dryRun ? 'dry run: nothing is changed' : '',
      reportKey: null,
    };
  }

  planned(summary: PlanSummary): void {
    this.#jobsByTier = summary.jobsByTier;
    this.#sum();
  }

  heard(news: BatchNews): void {
    this.#news.set(batchName(news.batch), news);
    this.#sum();
  }

  hasIssued(batch: BatchRef): boolean {
    return this.#news.get(batchName(batch))?.issued ?? false;
  }

  #sum(): void {
    for (const tier of tiers) {
      const jobs = this.#jobsByTier[tier];
      if (jobs === undefined) continue;
      const counts = { jobs, waiting: jobs, started: 0, running: 0, left: 0, failed: 0 };
      for (const news of this.#news.values()) {
        if (news.batch.tier !== tier) continue;
        for (const state of ['started', 'running', 'left', 'failed'] as const) {
          counts[state] += news[state];
          counts.waiting -= news[state];
        }
      }
      this.progress.tiers[tier] = counts;
    }
  }
}

/** Also the end of the batch workflow's id. */
export function batchName(batch: BatchRef): string {
  return `wave-${batch.wave}-${batch.tier}-from-${batch.from}`;
}
