/**
 * Of several peers of a lost zone, which one starts each job. A job has one standby, but for a moment while it moves
 * from peer to peer, and what it left in a zone that could not be told; no more than one of these may start.
 */
import { jobKey, type JobRef } from '../job.ts';
import { type FlinkDeployment, jobOf } from '../kubernetes/flink-deployment.ts';
import { annotations, labels } from '../kubernetes/marks.ts';
import type { Seat } from '../protect/seats.ts';
import { isTier } from '../tier.ts';
import { limitsOf, type Limits } from './limits.ts';
import type { EscapeAssessment, LeftJob } from './plan-types.ts';
import { candidatesOf, isRetry } from './scope.ts';

/** What there is to a plan besides its first peer. */
export interface PeersSeen {
  /** Of the other peers that answered. */
  assessments: EscapeAssessment[];
  /** Those that did not, and why. */
  silent: { zone: string; why: string }[];
  /** Where peers that answered have noted each job's standby, by `namespace/name`. Absent if all peers answered. */
  seats?: ReadonlyMap<string, Seat>;
}

interface Found {
  candidate: FlinkDeployment;
  peer: number;
}

/**
 * The assessments with no job a candidate of two of them, and the jobs that are left to a peer that does not answer. A
 * job that runs in one of the peers is a candidate of none. Nothing changes where there is one peer.
 */
export function seatCandidates(
  assessments: readonly EscapeAssessment[],
  { silent, seats }: Pick<PeersSeen, 'silent' | 'seats'>,
): { assessments: EscapeAssessment[]; left: LeftJob[] } {
  const [first] = assessments;
  if (!first || (assessments.length === 1 && silent.length === 0)) return { assessments: [...assessments], left: [] };
  const { zone, scope } = first;
  const { runs, byJob } = copiesIn(zone, assessments);
  const left: LeftJob[] = [];
  const kept: FlinkDeployment[][] = assessments.map(() => []);
  const outsideOf = limitsOf(scope);
  for (const [key, copies] of byJob) {
    if (runs.has(key)) continue;
    const { candidate, peer } = copies.reduce((best, one) => (isNewer(one.candidate, best.candidate) ? one : best));
    const seat = seats?.get(key);
    // What came back from a loss has no recovery point until a round gives it one: its standby may be elsewhere.
    const isBare = candidate.metadata.annotations?.[annotations.recoveryPoint] === undefined && !seat;
    const away = isBare ? silent[0] : silent.find((one) => one.zone === seat?.peer);
    const tier = candidate.metadata.labels?.[labels.tier];
    if (!away || outsideOf(candidate) !== undefined) kept[peer]!.push(candidate);
    else left.push(leftTo(away, jobOf(candidate), isTier(tier) ? tier : null, isBare));
  }
  for (const [key, { job, peer }] of seats ?? []) {
    const away = silent.find((one) => one.zone === peer);
    if (away && !byJob.has(key) && !runs.has(key) && mayBeMeant(scope, job)) left.push(leftTo(away, job, null, false));
  }
  const newestEpochs = newestOf(assessments);
  const isKept = kept.map((list) => new Set(list));
  return {
    assessments: assessments.map((one, peer) => ({
      ...one,
      newestEpochs,
      candidates: one.candidates.filter((candidate) => isKept[peer]!.has(candidate)),
    })),
    left,
  };
}

/** All candidates by job, and the jobs that run in one of the peers. */
function copiesIn(zone: string, assessments: readonly EscapeAssessment[]) {
  const runs = new Set<string>();
  const found: Found[] = [];
  for (const [peer, { candidates }] of assessments.entries()) {
    for (const one of candidates) if (isRunning(one)) runs.add(jobKey(jobOf(one)));
    for (const candidate of candidatesOf(zone, candidates)) found.push({ candidate, peer });
  }
  return { runs, byJob: Map.groupBy(found, ({ candidate }) => jobKey(jobOf(candidate))) };
}

/** Labels of a job are in the zone that does not answer: by namespace and name it can be told to be outside the limits. */
function mayBeMeant({ namespaces, jobs }: Limits, job: JobRef): boolean {
  return (namespaces?.includes(job.namespace) ?? true) && (jobs?.includes(jobKey(job)) ?? true);
}

/** A job that moved from peer to peer has epochs in each: the largest counts. */
function newestOf(assessments: readonly EscapeAssessment[]): Record<string, number> {
  const newest: Record<string, number> = {};
  for (const [key, epoch] of assessments.flatMap((one) => Object.entries(one.newestEpochs))) {
    newest[key] = Math.max(newest[key] ?? 0, epoch);
  }
  return newest;
}

function leftTo(
  { zone, why }: { zone: string; why: string },
  job: JobRef,
  tier: LeftJob['tier'],
  isGuess: boolean,
): LeftJob {
  const where = isGuess ? 'may be' : 'is';
  return { ...job, tier, to: zone, reason: `PeerDown: its standby ${where} in ${zone}, which does not answer: ${why}` };
}

function isRunning(candidate: FlinkDeployment): boolean {
  return candidate.metadata.labels?.[labels.role] === 'active' && !isRetry(candidate);
}

/** By its epoch, then by its recovery point: ids of recovery points sort by the time of their state. */
function isNewer(one: FlinkDeployment, other: FlinkDeployment): boolean {
  const [a, b] = [one.metadata.annotations ?? {}, other.metadata.annotations ?? {}];
  const epochs = Number(a[annotations.epoch] ?? 0) - Number(b[annotations.epoch] ?? 0);
  return epochs > 0 || (epochs === 0 && pointOf(a) > pointOf(b));
}

/** `…/recovery-points/<namespace>/<job>/<id>/manifest.json`: the place before it differs from zone to zone. */
function pointOf(marks: Record<string, string>): string {
  return marks[annotations.recoveryPoint]?.split('/').at(-2) ?? '';
}
