/** How well a job is protected, from what lies in the peer zone. Pure: what was read goes in, a line comes out. */
import type { TierPolicy } from '../config/types.ts';
import type { JobRef } from '../job/job.ts';
import type { RecoveryPointManifest } from '../recovery/manifest.ts';
import type { Tier } from '../job/tier.ts';
import type { LastRound } from './last-round.ts';

/** A recovery point is overdue when it is older than this many intervals of its tier; the alert rule says the same. */
export const overdueIntervals = 3;

/** One job, as `az-escape status` shows it. */
export interface ProtectionLine extends JobRef {
  tier: Tier | null;
  /** Of a zone with several peers: the one that its standby is in, or was to be. */
  peer?: string;
  mode: 'savepoint' | 'ship' | null;
  /** Id of the newest recovery point; null when there is none. */
  recoveryPoint: string | null;
  /** ISO 8601: when its state was as it is in there. */
  stateAt: string | null;
  ageSeconds: number | null;
  /** Of the whole recovery point. */
  sizeBytes: number | null;
  /** What its last round sent across, and when that was. */
  copiedBytes: number | null;
  lastRoundAt: string | null;
  /** Why the last round made none, as `code: sentence`. */
  lastError: string | null;
  intervalSeconds: number | null;
  state: 'fresh' | 'overdue' | 'unprotected';
}

/** What was read of a job; parts that were not there are absent. */
export interface ProtectionSeen {
  job: JobRef;
  tier: Tier | null;
  newest?: Pick<RecoveryPointManifest, 'id' | 'mode' | 'stateAt' | 'totalBytes'>;
  lastRound?: LastRound;
}

export function protectionLine(
  { job, tier, newest, lastRound }: ProtectionSeen,
  policy: Pick<TierPolicy, 'intervalMs'> | undefined,
  nowMs: number,
): ProtectionLine {
  const intervalSeconds = policy ? policy.intervalMs / 1000 : null;
  const { namespace, name } = job;
  return {
    namespace,
    name,
    tier,
    intervalSeconds,
    ...ofPoint(newest, intervalSeconds, nowMs),
    ...ofRound(lastRound, newest),
  };
}

function ofPoint(newest: ProtectionSeen['newest'], intervalSeconds: number | null, nowMs: number) {
  if (!newest) {
    return { recoveryPoint: null, stateAt: null, ageSeconds: null, sizeBytes: null, state: 'unprotected' } as const;
  }
  const ageSeconds = Math.max(0, Math.round((nowMs - Date.parse(newest.stateAt)) / 1000));
  const isOverdue = intervalSeconds !== null && ageSeconds > overdueIntervals * intervalSeconds;
  const state = isOverdue ? 'overdue' : 'fresh';
  return {
    recoveryPoint: newest.id,
    stateAt: newest.stateAt,
    ageSeconds,
    sizeBytes: newest.totalBytes,
    state,
  } as const;
}

function ofRound(lastRound: LastRound | undefined, newest: ProtectionSeen['newest']) {
  const mode = newest?.mode ?? lastRound?.mode ?? null;
  if (!lastRound) return { mode, copiedBytes: null, lastRoundAt: null, lastError: null };
  const { at: lastRoundAt, outcome, code, sentence, copiedBytes } = lastRound;
  const lastError = outcome === 'protected' ? null : `${code}: ${sentence}`;
  return { mode, copiedBytes: outcome === 'protected' ? copiedBytes : null, lastRoundAt, lastError };
}
