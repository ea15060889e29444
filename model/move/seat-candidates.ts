/**
 * Of several peers of a lost zone, which one starts each job. A job has one standby, but for a moment while it moves
 * from peer to peer, and what it left in a zone that could not be told; no more than one of these may start.
 */
import { jobKey, type JobRef } from '../job/job.ts';
import { type FlinkDeployment, jobOf } from '../job/flink-deployment.ts';
import { annotations, labels } from '../job/marks.ts';
import { ownerOf } from '../placement/same-name.ts';
import type { Reason } from '../outcome/outcome.ts';
import type { Seat } from '../placement/seats.ts';
import { isTier, tiers } from '../job/tier.ts';
import { compareText } from '../job/importance.ts';
import { limitsOf, type Limits } from './limits.ts';
import type { SilentPeer } from './move.ts';
import type { EscapeAssessment, LeftJob } from './plan-types.ts';
import { candidatesOf, fromOf, isRetry, zoneOf } from './scope.ts';

/** What there is to a plan besides its first peer. */
export interface PeersSeen {
  /** Of the other peers that answered. */
  assessments: EscapeAssessment[];
  /** Those that did not, and why. */
  silent: readonly SilentPeer[];
  /**
   * Where peers that answered have noted each job's standby, by the cluster that it leaves and by `namespace/name`. Absent
   * if all peers answered.
   */
  seats?: ReadonlyMap<string, ReadonlyMap<string, Seat>>;
}

interface Found {
  candidate: FlinkDeployment;
  peer: number;
  /** The cluster that it leaves, and the zone to which its job belongs. */
  zone: string;
  owner: string | undefined;
}

/**
 * The assessments with no name a candidate of two of them, and the jobs that are left to a peer that does not answer, or
 * to the next escape as another one of that name starts. A job that runs in one of the peers is a candidate of none.
 * Nothing changes where there is one peer.
 */
export function seatCandidates(
  assessments: readonly EscapeAssessment[],
  { silent, seats }: Pick<PeersSeen, 'silent' | 'seats'>,
): { assessments: EscapeAssessment[]; left: LeftJob[] } {
  const [first] = assessments;
  if (!first || (assessments.length === 1 && silent.length === 0)) return { assessments: [...assessments], left: [] };
  const { scope } = first;
  const { runs, byName } = copiesIn(assessments);
  const isSeen = (key: string, cluster: string): boolean =>
    runs(key, cluster) || (byName.get(key) ?? []).some(({ zone }) => zone === cluster);
  const left: LeftJob[] = [];
  const kept: FlinkDeployment[][] = assessments.map(() => []);
  const outsideOf = limitsOf(scope);
  for (const [key, copies] of byName) {
    const [{ candidate, peer, zone }, ...namesakes] = jobsOf(copies) as [Found, ...Found[]];
    for (const one of namesakes) {
      left.push({ ...lineOf(first, one.candidate), to: assessments[one.peer]!.to, ...startsFirst(zone) });
    }
    const seat = seats?.get(zone)?.get(key);
    // What came back from a loss has no recovery point until a round gives it one: its standby may be elsewhere.
    const isBare = candidate.metadata.annotations?.[annotations.recoveryPoint] === undefined && !seat;
    const away = isBare ? silent[0] : silent.find((one) => one.zone === seat?.peer);
    if (!away || outsideOf(candidate) !== undefined) kept[peer]!.push(candidate);
    else left.push({ ...lineOf(first, candidate), ...leftTo(away, isBare) });
  }
  left.push(...notedElsewhere(first, { silent, ...(seats ? { seats } : {}) }, isSeen));
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

/** A line for each job of which nothing was seen, as its standby is noted in a peer that does not answer. */
function notedElsewhere(
  first: EscapeAssessment,
  { silent, seats }: Pick<PeersSeen, 'silent' | 'seats'>,
  isSeen: (key: string, cluster: string) => boolean,
): LeftJob[] {
  return [...(seats ?? [])].flatMap(([cluster, notes]) => {
    return [...notes].flatMap(([key, { job, peer }]) => {
      const away = silent.find((one) => one.zone === peer);
      if (!away || isSeen(key, cluster) || !mayBeMeant(first.scope, job)) return [];
      return [{ ...job, from: cluster, tier: null, ...leftTo(away, false) }];
    });
  });
}

/** All candidates by name but those whose job runs in one of the peers, and whether such a job does. */
function copiesIn(assessments: readonly EscapeAssessment[]) {
  const running = new Map<string, (string | undefined)[]>();
  const found: Found[] = [];
  for (const [peer, assessment] of assessments.entries()) {
    const { candidates, to } = assessment;
    for (const one of candidates.filter(isRunning)) {
      const key = jobKey(jobOf(one));
      running.set(key, [...(running.get(key) ?? []), ownerOf(one, to)]);
    }
    for (const candidate of candidatesOf(assessment, candidates)) {
      found.push({ candidate, peer, zone: zoneOf(candidate)!, owner: ownerOf(candidate, to) });
    }
  }
  const runs = (key: string, owner: string | undefined): boolean =>
    (running.get(key) ?? []).some((one) => one === undefined || one === owner);
  const waiting = found.filter(({ candidate, owner }) => !runs(jobKey(jobOf(candidate)), owner));
  return { runs, byName: Map.groupBy(waiting, ({ candidate }) => jobKey(jobOf(candidate))) };
}

/**
 * The newest copy of each job of one name, the most important job first. They are two jobs where they leave two clusters
 * and belong to two.
 */
function jobsOf(copies: readonly Found[]): Found[] {
  const jobs: Found[] = [];
  for (const one of copies.toSorted((a, b) => compareAge(a.candidate, b.candidate))) {
    if (jobs.every(({ zone, owner }) => zone !== one.zone && owner !== one.owner)) jobs.push(one);
  }
  const rank = ({ candidate }: Found): number => {
    const tier = candidate.metadata.labels?.[labels.tier];
    return isTier(tier) ? tiers.indexOf(tier) : tiers.length;
  };
  return jobs.toSorted((a, b) => rank(a) - rank(b));
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

function lineOf(assessment: EscapeAssessment, candidate: FlinkDeployment): Omit<LeftJob, 'to' | keyof Reason> {
  const tier = candidate.metadata.labels?.[labels.tier];
  return { ...jobOf(candidate), from: fromOf(assessment, candidate), tier: isTier(tier) ? tier : null };
}

function leftTo({ zone, why }: { zone: string; why: string }, isGuess: boolean): Reason & { to: string } {
  const where = isGuess ? 'may be' : 'is';
  return { to: zone, code: 'PeerDown', message: `its standby ${where} in ${zone}, which does not answer: ${why}` };
}

/** Plan, results and report go by the name. */
function startsFirst(zone: string): Reason {
  const message = `a job of ${zone} has the same name and starts first; escape again as a new incident`;
  return { code: 'NameTaken', message };
}

function isRunning(candidate: FlinkDeployment): boolean {
  return candidate.metadata.labels?.[labels.role] === 'active' && !isRetry(candidate);
}

/** The newest first: by its epoch, then by its recovery point, whose ids sort by the time of their state. */
function compareAge(one: FlinkDeployment, other: FlinkDeployment): number {
  const [a, b] = [one.metadata.annotations ?? {}, other.metadata.annotations ?? {}];
  return Number(b[annotations.epoch] ?? 0) - Number(a[annotations.epoch] ?? 0) || compareText(pointOf(b), pointOf(a));
}

/** `…/recovery-points/<namespace>/<job>/<id>/manifest.json`: the place before it differs from zone to zone. */
function pointOf(marks: Record<string, string>): string {
  return marks[annotations.recoveryPoint]?.split('/').at(-2) ?? '';
}
