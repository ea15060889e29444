/** The escape's activities as workflows call them, grouped by how long they may take and how they are repeated. */
import { proxyActivities } from '@temporalio/workflow';
import type { EscapeActivities } from '../../activities/escape/index.ts';

/**
 * One queue orders its backlog by priority: key 1 before 5. An escape as a whole goes before rounds of protection
 * (which run at 5), and within an escape a wave's tier decides.
 */
const quick = { initialInterval: '200ms', maximumInterval: '2s' } as const;

export const { resolveEscape } = proxyActivities<EscapeActivities>({
  startToCloseTimeout: '10s',
  retry: quick,
  priority: { priorityKey: 1 },
});

/** Once: `untilPeersAnswer` repeats it, so that what the peers said last is known when it is given up. */
export const { checkPeer } = proxyActivities<EscapeActivities>({
  startToCloseTimeout: '15s',
  heartbeatTimeout: '5s',
  retry: { maximumAttempts: 1 },
  priority: { priorityKey: 1 },
});

export const { makePlan } = proxyActivities<EscapeActivities>({
  startToCloseTimeout: '1m',
  scheduleToCloseTimeout: '5m',
  heartbeatTimeout: '5s',
  retry: quick,
  priority: { priorityKey: 1 },
});

/** An operator waits for the answer, who gives up after ten seconds. */
export const { findPlanned } = proxyActivities<EscapeActivities>({
  startToCloseTimeout: '5s',
  scheduleToCloseTimeout: '8s',
  retry: quick,
  priority: { priorityKey: 1 },
});

/** P1 waits for it, and not long: placeholders that stay are pre-empted by the scheduler, pod after pod. */
export const { giveUpReserve } = proxyActivities<EscapeActivities>({
  startToCloseTimeout: '10s',
  scheduleToCloseTimeout: '15s',
  heartbeatTimeout: '5s',
  retry: quick,
  priority: { priorityKey: 1 },
});

/** Behind P0 and beside P1, which waits for it. */
export const { listVictims, saveVictims } = proxyActivities<EscapeActivities>({
  startToCloseTimeout: '1m',
  scheduleToCloseTimeout: '5m',
  heartbeatTimeout: '5s',
  retry: quick,
  priority: { priorityKey: 2 },
});

/** The savepoint and the pods have bounds of their own in the settings, of at most ten minutes each. */
export const { preemptJob } = proxyActivities<EscapeActivities>({
  startToCloseTimeout: '25m',
  scheduleToCloseTimeout: '30m',
  heartbeatTimeout: '5s',
  retry: quick,
  priority: { priorityKey: 2 },
});

/** Small heartbeat time-out: after a worker's death its starts go on within seconds. */
export const { startBatch } = proxyActivities<EscapeActivities>({
  startToCloseTimeout: '5m',
  scheduleToCloseTimeout: '10m',
  heartbeatTimeout: '5s',
  retry: quick,
});

export const { verifyJob } = proxyActivities<EscapeActivities>({
  startToCloseTimeout: '75m',
  heartbeatTimeout: '5s',
  retry: quick,
});

/** A start like those of a batch, for one job that did not come up. */
export const { climbJob } = proxyActivities<EscapeActivities>({
  startToCloseTimeout: '5m',
  scheduleToCloseTimeout: '10m',
  heartbeatTimeout: '5s',
  retry: quick,
});

export const { saveBatch, writeReport } = proxyActivities<EscapeActivities>({
  startToCloseTimeout: '1m',
  scheduleToCloseTimeout: '15m',
  heartbeatTimeout: '5s',
  retry: { initialInterval: '500ms', maximumInterval: '10s' },
});
