/** What an escape's activities hand on, for tests: the escape itself, its planned and its started jobs. */
import type { PlannedJob, PlannedVictim } from '../../model/move/plan-types.ts';
import type { SettledMove } from '../../model/move/move.ts';
import type { StartedJob } from '../../model/results/escape.ts';
import { buildManifest, recoveryPointUri } from './recovery-point.ts';

/** When the fakes' clock begins. */
const triggeredAt = '2026-11-21T03:00:00.000Z';

/** The escape of az-a into az-b, which answers, of ten minutes. */
export function buildMove(more: Partial<SettledMove> = {}): SettledMove {
  return {
    id: 'az-a-INC-1',
    kind: 'escape',
    zone: 'az-a',
    whole: 'az-a',
    lost: ['az-a'],
    peers: ['az-b'],
    effects: 'real',
    incident: 'INC-1',
    trigger: { by: 'tests', via: 'tests' },
    triggeredAt,
    lostAt: triggeredAt,
    budgetSeconds: 600,
    scope: {},
    fenceDeadlineMs: 2_000,
    fenceRetryMs: 3_000,
    approvalTimeoutMs: null,
    reachable: { answer: ['az-b'], silent: [] },
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
    from: 'az-a',
    to: 'az-b',
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
    from: 'az-a',
    to: 'az-b',
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
  return { namespace: 'default', name: 'reports', zone: 'az-b', wave: 1, makesRoomFor: ['default/orders'], ...more };
}
