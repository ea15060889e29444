/** What an escape tells while it runs, for tests of who shows it. */
import type { EscapeProgress, TierProgress } from '../../model/move/progress.ts';

export function buildTierProgress(more: Partial<TierProgress>): TierProgress {
  return { jobs: 0, waiting: 0, started: 0, running: 0, left: 0, failed: 0, ...more };
}

/** Of az-a into az-b, at its waves; without jobs unless told. */
export function buildProgress(more: Partial<EscapeProgress> = {}): EscapeProgress {
  return {
    phase: 'waves',
    zone: 'az-a',
    clusters: ['az-a'],
    to: ['az-b'],
    incident: 'INC-1',
    startedAt: '2026-11-21T02:03:04.000Z',
    budgetSeconds: 600,
    tiers: {},
    paused: false,
    note: '',
    reportKey: null,
    ...more,
  };
}
