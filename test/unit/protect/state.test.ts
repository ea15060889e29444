import { describe, expect, test } from 'vitest';
import type { LastRound } from '../../../model/protect/last-round.ts';
import { overdueIntervals, protectionLine } from '../../../model/protect/state.ts';

const job = { namespace: 'shop', name: 'orders' };
const policy = { intervalMs: 60_000 };
const nowMs = Date.parse('2026-11-21T12:00:00Z');
const newest = { id: '20261121T115900Z-ab', mode: 'ship', stateAt: '2026-11-21T11:59:00Z', totalBytes: 5_000 } as const;
const round: LastRound = {
  schema: 1,
  at: '2026-11-21T11:59:05Z',
  outcome: 'protected',
  code: null,
  sentence: '',
  mode: 'ship',
  copiedBytes: 300,
  seconds: 5,
};

describe('how well a job is protected', () => {
  test('is told from its newest recovery point and its last round', () => {
    expect(protectionLine({ job, tier: 'P0', newest, lastRound: round }, policy, nowMs)).toEqual({
      ...job,
      tier: 'P0',
      mode: 'ship',
      recoveryPoint: newest.id,
      stateAt: newest.stateAt,
      ageSeconds: 60,
      sizeBytes: 5_000,
      copiedBytes: 300,
      lastRoundAt: round.at,
      lastError: null,
      intervalSeconds: 60,
      state: 'fresh',
    });
  });

  test('is overdue only when more than three intervals have passed', () => {
    const at = (ageMs: number) =>
      protectionLine({ job, tier: 'P0', newest }, policy, Date.parse(newest.stateAt) + ageMs);
    expect(at(overdueIntervals * policy.intervalMs).state).toBe('fresh');
    expect(at(overdueIntervals * policy.intervalMs + 1_000).state).toBe('overdue');
  });

  test('says why the last round made none', () => {
    const failed: LastRound = { ...round, outcome: 'failed', code: 'StoreDown', sentence: 'it is full', mode: null };
    const line = protectionLine({ job, tier: 'P0', newest, lastRound: failed }, policy, nowMs);
    expect(line).toMatchObject({ lastError: 'StoreDown: it is full', copiedBytes: null, mode: 'ship' });
  });

  test('is not at all without a recovery point', () => {
    expect(protectionLine({ job, tier: null }, undefined, nowMs)).toMatchObject({
      state: 'unprotected',
      ageSeconds: null,
      lastError: null,
    });
  });
});
