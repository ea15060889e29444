/** Plans for tests: what one is made from, one of given jobs, and the same where an escape keeps its plan. */
import type { FlinkDeployment } from '../../model/job/flink-deployment.ts';
import type { EscapeAssessment, EscapePlan, PlannedJob } from '../../model/move/plan-types.ts';
import { storeKeys } from '../../model/store-keys.ts';
import type { SimulatedStore } from '../../simulation/world/simulated-store.ts';
import { buildMove } from './escape.ts';

/** What the escape of `buildMove` gathers in az-b: these candidates, no claims and no view of the room. */
export function buildAssessment(candidates: FlinkDeployment[], more: Partial<EscapeAssessment> = {}): EscapeAssessment {
  const { id: escapeId, zone, lost, reachable, triggeredAt: now } = buildMove();
  const to = reachable.answer[0]!;
  return {
    escapeId,
    zone,
    lost: [...lost],
    to,
    now,
    candidates,
    newestEpochs: {},
    defaultStore: 's3',
    scope: {},
    ...more,
  };
}

/** Of the escape of `buildMove`; a wave for each number of a wave that a job names. */
export function buildPlan(jobs: readonly PlannedJob[], more: Partial<EscapePlan> = {}): EscapePlan {
  const { id: escapeId, zone, reachable, triggeredAt } = buildMove();
  const waves = [...Map.groupBy(jobs, ({ wave }) => wave)].map(([wave, ofWave]) => {
    return { wave, tier: ofWave[0]!.tier, level: 0, expectedSeconds: null, jobs: ofWave };
  });
  return {
    schema: 2,
    escapeId,
    zone,
    peers: [...reachable.answer],
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
