/** Plans for tests: waves of given jobs, and the same where an escape keeps its plan. */
import type { EscapePlan, PlannedJob } from '../../model/move/plan-types.ts';
import { storeKeys } from '../../model/store-keys.ts';
import type { SimulatedStore } from '../../simulation/world/simulated-store.ts';
import { buildTarget } from './escape.ts';

/** Of the escape of `buildTarget`; a wave for each number of a wave that a job names. */
export function buildPlan(jobs: readonly PlannedJob[], more: Partial<EscapePlan> = {}): EscapePlan {
  const { escapeId, zone, to, triggeredAt } = buildTarget();
  const waves = [...Map.groupBy(jobs, ({ wave }) => wave)].map(([wave, ofWave]) => {
    return { wave, tier: ofWave[0]!.tier, level: 0, expectedSeconds: null, jobs: ofWave };
  });
  return {
    schema: 1,
    escapeId,
    zone,
    to,
    plannedAt: triggeredAt,
    waves,
    left: [],
    preempted: [],
    late: [],
    notes: [],
    ...more,
  };
}

/** Writes it by no request. */
export function layPlan(store: SimulatedStore, jobs: readonly PlannedJob[], more: Partial<EscapePlan> = {}): void {
  const plan = buildPlan(jobs, more);
  const key = `${storeKeys.reportPrefix('escape', plan.escapeId)}/plan.json`;
  store.write(key, new TextEncoder().encode(JSON.stringify(plan)));
}
