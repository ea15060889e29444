/**
 * The plan of an escape: which jobs start, in which order, and which are left and why. Pure: what was gathered goes
 * in, a plan comes out, and the same input gives the same plan.
 */
import type { JobRef } from '../job.ts';
import { annotations, labels } from '../kubernetes/marks.ts';
import { type FlinkDeployment, jobOf } from '../kubernetes/flink-deployment.ts';
import { isTier, tiers, type Tier } from '../tier.ts';

/** A job that the escape will start (or promote, if a twin). */
export interface PlannedJob extends JobRef {
  tier: Tier;
  wave: number;
  kind: 'standby' | 'twin';
  store: string;
  /** URI of the newest recovery point's manifest, as the standby names it. */
  recoveryPoint: string | null;
  /** The epoch that the start must claim. */
  epoch: number;
}

export interface LeftJob extends JobRef {
  tier: Tier | null;
  reason: string;
}

export interface Wave {
  wave: number;
  tier: Tier;
  jobs: PlannedJob[];
}

export interface EscapePlan {
  schema: 1;
  escapeId: string;
  zone: string;
  to: string;
  plannedAt: string;
  waves: Wave[];
  left: LeftJob[];
}

/** What was gathered in the peer zone. */
export interface EscapeAssessment {
  escapeId: string;
  zone: string;
  to: string;
  now: string;
  /** FlinkDeployments of the peer zone with a role of standby or twin. */
  candidates: FlinkDeployment[];
  /** Newest epoch found in the store by `namespace/name`; absent means none. */
  newestEpochs: Record<string, number>;
  defaultStore: string;
  scope: { tiers?: Tier[]; namespaces?: string[] };
}

/** Decides waves (P0 first) and what is left; within a wave jobs go by namespace and name. */
export function planEscape(assessment: EscapeAssessment): EscapePlan {
  const { escapeId, zone, to, now, candidates, scope } = assessment;
  const left: LeftJob[] = [];
  const planned: Omit<PlannedJob, 'wave'>[] = [];
  for (const candidate of candidates) {
    const marks = candidate.metadata.annotations ?? {};
    if (marks[annotations.activeZone] !== zone) continue;
    const job = jobOf(candidate);
    const tier = candidate.metadata.labels?.[labels.tier];
    if (!isTier(tier)) {
      left.push({
        ...job,
        tier: null,
        reason: `NoTier: label ${labels.tier} is ${tier ? `"${tier}"` : 'missing'} on its standby in ${to}`,
      });
    } else if (scope.tiers && !scope.tiers.includes(tier)) {
      left.push({ ...job, tier, reason: 'outside the tiers that were asked for' });
    } else if (scope.namespaces && !scope.namespaces.includes(job.namespace)) {
      left.push({ ...job, tier, reason: 'outside the namespaces that were asked for' });
    } else {
      planned.push(planJob(assessment, candidate, tier));
    }
  }
  planned.sort((a, b) => compare(a.tier, b.tier) || compare(a.namespace, b.namespace) || compare(a.name, b.name));
  left.sort((a, b) => compare(a.namespace, b.namespace) || compare(a.name, b.name));
  const waves = tiers
    .map((tier) => ({ tier, jobs: planned.filter((job) => job.tier === tier) }))
    .filter(({ jobs }) => jobs.length > 0)
    .map(({ tier, jobs }, wave) => ({ wave, tier, jobs: jobs.map((job) => ({ ...job, wave })) }));
  return { schema: 1, escapeId, zone, to, plannedAt: now, waves, left };
}

function planJob(assessment: EscapeAssessment, candidate: FlinkDeployment, tier: Tier): Omit<PlannedJob, 'wave'> {
  const marks = candidate.metadata.annotations ?? {};
  const job = jobOf(candidate);
  const annotated = Number(marks[annotations.epoch] ?? 0);
  const stored = assessment.newestEpochs[`${job.namespace}/${job.name}`] ?? 0;
  return {
    ...job,
    tier,
    kind: candidate.metadata.labels?.[labels.role] === 'twin' ? 'twin' : 'standby',
    store: marks[annotations.store] ?? assessment.defaultStore,
    recoveryPoint: marks[annotations.recoveryPoint] ?? null,
    epoch: Math.max(Number.isSafeInteger(annotated) ? annotated : 0, stored) + 1,
  };
}

/** Code-unit order: the same on every machine, unlike a locale's. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Batches of a plan in the order in which they start: none spans two waves, none is larger than `size`. */
export function batchesOf(plan: EscapePlan, size: number): { wave: number; tier: Tier; from: number; to: number }[] {
  return plan.waves.flatMap(({ wave, tier, jobs }) =>
    Array.from({ length: Math.ceil(jobs.length / size) }, (_, index) => ({
      wave,
      tier,
      from: index * size,
      to: Math.min(jobs.length, (index + 1) * size),
    })),
  );
}
