/** Which of the peer zone's standbys and twins an escape is about, and what is known of each. */
import { costOf, demandOf } from '../capacity/demand.ts';
import type { JobDemand } from '../capacity/types.ts';
import { jobKey } from '../job/job.ts';
import { type FlinkDeployment, hasRun, jobOf } from '../job/flink-deployment.ts';
import { annotations, labels } from '../job/marks.ts';
import type { Reason } from '../outcome/outcome.ts';
import { readEnded } from '../placement/follow.ts';
import { storeNamed } from '../placement/job-store.ts';
import { isTier, type Tier } from '../job/tier.ts';
import { limitsOf } from './limits.ts';
import { compareText, upstreamOf, weightOf } from '../job/importance.ts';
import type { EscapeAssessment, LeftJob, PlannedJob } from './plan-types.ts';

/** A job that was asked for, before it is known whether there is room for it. */
export interface Wanted extends Omit<PlannedJob, 'wave' | 'demand' | 'waits'> {
  weight: number;
  cost: number;
  upstream: string[];
  /** Null for a twin, whose pods run already, and where it cannot be told. */
  demand: JobDemand | null;
}

/** Jobs of the lost zone as wanted or left. Notes are added in the order of the jobs, not in that of the list. */
export function chooseScope(assessment: EscapeAssessment, notes: string[]): { inScope: Wanted[]; left: LeftJob[] } {
  const { to, candidates, scope } = assessment;
  const left: LeftJob[] = [];
  const inScope: Wanted[] = [];
  const outsideOf = limitsOf(scope);
  const inOrder = candidatesOf(assessment, candidates).toSorted((a, b) =>
    compareText(jobKey(jobOf(a)), jobKey(jobOf(b))),
  );
  for (const candidate of inOrder) {
    const job = jobOf(candidate);
    const route = { from: fromOf(assessment, candidate), to };
    const tier = candidate.metadata.labels?.[labels.tier];
    const ended = readEnded(candidate);
    if (!isTier(tier)) {
      left.push({
        ...job,
        ...route,
        tier: null,
        code: 'NoTier',
        message: `label ${labels.tier} is ${tier ? `"${tier}"` : 'missing'} on its standby in ${to}`,
      });
      continue;
    }
    const whyLeft: Reason | undefined =
      outsideOf(candidate) ??
      (ended && {
        code: 'JobEnded',
        message: `its owner ${ended.ended} it in ${route.from}; seen first at ${ended.since}`,
      });
    if (whyLeft === undefined) inScope.push(considerJob(assessment, candidate, tier, notes));
    else left.push({ ...job, ...route, tier, ...whyLeft });
  }
  return { inScope, left };
}

/** A line for each job that was asked for by name and of which none of the zones holds anything. */
export function notFound(
  { zone, scope }: Pick<EscapeAssessment, 'zone' | 'scope'>,
  seen: { assessments: readonly EscapeAssessment[]; left: readonly LeftJob[] },
): LeftJob[] {
  if (!scope.jobs) return [];
  const found = new Set([
    ...seen.left.map(jobKey),
    ...seen.assessments.flatMap((one) =>
      candidatesOf(one, one.candidates).map((candidate) => jobKey(jobOf(candidate))),
    ),
  ]);
  const holders = seen.assessments.map(({ to }) => to);
  const nobody = holders.length === 1 ? `${holders[0]} holds` : `none of ${holders.join(', ')} holds`;
  return scope.jobs
    .filter((key) => !found.has(key))
    .map((key) => {
      const [namespace = '', name = ''] = key.split('/');
      return {
        namespace,
        name,
        from: zone,
        to: null,
        tier: null,
        code: 'JobNotFound',
        message: `${nobody} ${holders.length === 1 ? 'no' : 'a'} standby or twin of ${key}`,
      };
    });
}

/** Those that would escape from the zone: from any of its clusters that are lost. */
export function candidatesOf(
  { lost }: { lost: readonly string[] },
  candidates: readonly FlinkDeployment[],
): FlinkDeployment[] {
  const clusters = new Set<string | undefined>(lost);
  return candidates.filter((candidate) => clusters.has(zoneOf(candidate)));
}

/** The cluster that a candidate leaves. */
export function fromOf({ zone }: Pick<EscapeAssessment, 'zone'>, candidate: FlinkDeployment): string {
  return zoneOf(candidate) ?? zone;
}

/** The zone that a candidate escapes from; undefined for one that runs here. */
export function zoneOf(candidate: FlinkDeployment): string | undefined {
  const { labels: marks, annotations: notes } = candidate.metadata;
  if (marks?.[labels.role] !== 'active') return notes?.[annotations.activeZone];
  return isRetry(candidate) ? notes?.[annotations.preferredZone] : undefined;
}

/** An earlier escape started it here, and it did not come up. */
export function isRetry({ metadata }: FlinkDeployment): boolean {
  return metadata.labels?.[labels.role] === 'active' && metadata.annotations?.[annotations.failed] !== undefined;
}

function considerJob(assessment: EscapeAssessment, candidate: FlinkDeployment, tier: Tier, notes: string[]): Wanted {
  const marks = candidate.metadata.annotations ?? {};
  const job = jobOf(candidate);
  const annotated = Number(marks[annotations.epoch] ?? 0);
  const stored = assessment.newestEpochs[jobKey(job)] ?? 0;
  const kind = candidate.metadata.labels?.[labels.role] === 'twin' ? 'twin' : 'standby';
  const { weight, bad } = weightOf(marks);
  if (bad !== undefined) notes.push(`weight "${bad}" of ${jobKey(job)} is no number; it counts as 1`);
  // One that did not come up holds its room already, as far as it got any.
  const demand = kind === 'twin' || isRetry(candidate) ? null : demandOf(candidate.spec);
  const told = demand && !('unknown' in demand) ? demand : null;
  if (demand && 'unknown' in demand) {
    notes.push(`room for ${jobKey(job)} was not judged: ${demand.unknown}`);
  }
  return {
    ...job,
    from: fromOf(assessment, candidate),
    to: assessment.to,
    tier,
    kind,
    store: storeNamed(candidate) ?? assessment.defaultStore,
    recoveryPoint: marks[annotations.recoveryPoint] ?? null,
    epoch: Math.max(Number.isSafeInteger(annotated) ? annotated : 0, stored) + 1,
    demand: told,
    weight,
    cost: kind === 'twin' ? 0 : told ? costOf(told) : Infinity,
    upstream: upstreamOf(job, marks),
    ...(isUnused(candidate) ? { unused: candidate.metadata.resourceVersion } : {}),
    ...(isRetry(candidate) ? { retry: true as const } : {}),
  };
}

/** Nobody ever asked it to run, so that a start of it needs no look. */
function isUnused(
  candidate: FlinkDeployment,
): candidate is FlinkDeployment & { metadata: { resourceVersion: string } } {
  const { labels: marks, resourceVersion } = candidate.metadata;
  const isStandby = marks?.[labels.role] === 'standby' && candidate.spec.job?.state === 'suspended';
  return resourceVersion !== undefined && isStandby && !hasRun(candidate);
}
