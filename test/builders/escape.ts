/** What an escape's activities hand on, for tests: the escape itself, its planned and its started jobs. */
import type { PlannedJob, PlannedVictim } from '../../model/move/plan-types.ts';
import type { EscapeTarget, StartedJob } from '../../model/results/escape.ts';
import { buildManifest, recoveryPointUri } from './recovery-point.ts';

/** When the fakes' clock begins. */
const triggeredAt = '2026-11-21T03:00:00.000Z';

/** The escape of az-a into az-b, of ten minutes. */
export function buildTarget(more: Partial<EscapeTarget> = {}): EscapeTarget {
  return {
    escapeId: 'az-a-INC-1',
    zone: 'az-a',
    to: 'az-b',
    incident: 'INC-1',
    trigger: { by: 'tests', via: 'tests' },
    triggeredAt,
    lostAt: triggeredAt,
    dryRun: false,
    budgetSeconds: 600,
    scope: {},
    fenceDeadlineMs: 2_000,
    fenceRetryMs: 3_000,
    ...more,
  };
}

/** default/orders, of tier P1, from the recovery point of `buildManifest`. */
export function buildPlannedJob(more: Partial<PlannedJob> = {}): PlannedJob {
  return {
    namespace: 'default',
    name: 'orders',
    tier: 'P1',
    wave: 1,
    kind: 'standby',
    store: 's3',
    recoveryPoint: recoveryPointUri(buildManifest()),
    epoch: 2,
    demand: null,
    ...more,
  };
}

/** The same once it was started. */
export function buildStartedJob(more: Partial<StartedJob> = {}): StartedJob {
  const { id, restorePath, stateAt } = buildManifest();
  return {
    namespace: 'default',
    name: 'orders',
    tier: 'P1',
    wave: 1,
    kind: 'standby',
    store: 's3',
    epoch: 2,
    recoveryPoint: id,
    restorePath,
    stateAt,
    startedAt: triggeredAt,
    steps: [],
    notes: [],
    ...more,
  };
}

/** A P3 job of az-b that makes room for default/orders. */
export function buildVictim(more: Partial<PlannedVictim> = {}): PlannedVictim {
  return { namespace: 'default', name: 'reports', wave: 1, makesRoomFor: ['default/orders'], ...more };
}
