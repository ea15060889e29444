/** The progress of an escape while it runs, summed from what its batches tell. */
import type { Move } from '../../model/move/move.ts';
import type { BatchRef, PlanSummary } from '../../model/results/escape.ts';
import type { EscapeProgress } from '../../model/move/progress.ts';
import { tiers } from '../../model/job/tier.ts';
import type { BatchNews } from './messages.ts';

export class ProgressState {
  readonly progress: EscapeProgress;
  readonly #news = new Map<string, BatchNews>();
  #jobsByTier: PlanSummary['jobsByTier'] = {};
  #shortByTier: PlanSummary['shortByTier'] = {};

  constructor(move: Move) {
    this.progress = {
      phase: 'assess',
      zone: move.zone,
      clusters: [...move.lost],
      to: [...move.peers],
      incident: move.incident,
      startedAt: move.triggeredAt,
      budgetSeconds: move.budgetSeconds,
      tiers: {},
      paused: false,
      note: move.effects === 'rehearsed' ? 'dry run: nothing is changed' : '',
      reportKey: null,
    };
  }

  planned(summary: PlanSummary): void {
    this.#jobsByTier = summary.jobsByTier;
    this.#shortByTier = summary.shortByTier;
    this.progress.note = [this.progress.note, summary.note].filter((note) => note !== '').join('. ');
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
      const planned = this.#jobsByTier[tier] ?? 0;
      const short = this.#shortByTier[tier] ?? 0;
      if (planned + short === 0) continue;
      const counts = { jobs: planned + short, waiting: planned, started: 0, running: 0, left: short, failed: 0 };
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
