/** The way back of jobs that made room: who has room again, and how its object must be to go on from its savepoint. */
import { costOf, demandOf } from '../capacity/demand.ts';
import { ZoneRoom, type RoomSeen } from '../capacity/zone-room.ts';
import type { JobRef } from '../job/job.ts';
import { type FlinkDeployment, jobOf } from '../job/flink-deployment.ts';
import { annotations, labels } from '../job/marks.ts';
import { isTier } from '../job/tier.ts';
import type { Reason } from '../outcome/outcome.ts';
import { ownersTtl, shutdownTtl } from './dismiss.ts';
import { compareImportance, weightOf } from '../job/importance.ts';
import { withoutRunFields } from './standby.ts';

export interface GiveBackPlan {
  /** Jobs that have room, the most important first. */
  fits: JobRef[];
  left: (JobRef & Reason)[];
}

/** True for a job that was suspended to make room and still is what that left of it. */
export function madeRoom({ metadata, spec }: FlinkDeployment): boolean {
  return metadata.annotations?.[annotations.preemptedBy] !== undefined && spec.job?.state === 'suspended';
}

/** Who has room again: the most important first, each job whole or not at all. What cannot be told is not judged. */
export function planGiveBack(zone: string, suspended: readonly FlinkDeployment[], seen: RoomSeen): GiveBackPlan {
  const room = new ZoneRoom(zone, seen);
  const plan: GiveBackPlan = { fits: [], left: [] };
  const ranked = suspended.map((deployment) => {
    const told = demandOf(deployment.spec);
    const demand = 'unknown' in told ? null : told;
    const tier = deployment.metadata.labels?.[labels.tier];
    const { weight } = weightOf(deployment.metadata.annotations ?? {});
    const cost = demand ? costOf(demand) : Infinity;
    return { ...jobOf(deployment), tier: isTier(tier) ? tier : ('P3' as const), weight, cost, demand };
  });
  for (const { namespace, name, demand } of ranked.toSorted(compareImportance)) {
    const verdict = demand ? room.take({ namespace, name }, demand) : ({ fits: true } as const);
    if (verdict.fits) plan.fits.push({ namespace, name });
    else plan.left.push({ namespace, name, code: 'NoRoom', message: verdict.missing });
  }
  return plan;
}

/**
 * The object that goes on from the savepoint. It must come in the place of the one that was suspended: an object that
 * has run ignores `initialSavepointPath`. Without a savepoint it is only a record of the object that stays.
 */
export function returningObject(suspended: FlinkDeployment, savepoint: string | null): FlinkDeployment {
  const { metadata, spec, ...type } = suspended;
  const { name, namespace, labels: marks = {} } = metadata;
  const { preemptedBy, comeBackFrom, shutdownTtl: ttlBefore } = annotations;
  const ours = new Set<string>([preemptedBy, comeBackFrom, ttlBefore]);
  const notes = Object.fromEntries(Object.entries(metadata.annotations ?? {}).filter(([key]) => !ours.has(key)));
  const from = savepoint === null ? {} : { initialSavepointPath: savepoint };
  const started = savepoint === null ? {} : { [annotations.startedFrom]: savepoint };
  const job = { ...withoutRunFields(spec.job ?? {}), state: 'running' as const, ...from };
  return {
    apiVersion: type.apiVersion,
    kind: type.kind,
    metadata: { name, namespace, labels: marks, annotations: { ...notes, ...started } },
    spec: { ...spec, ...ownSettings(suspended), job },
  };
}

function ownSettings(suspended: FlinkDeployment): Pick<FlinkDeployment['spec'], 'flinkConfiguration'> {
  const { flinkConfiguration } = suspended.spec;
  if (flinkConfiguration?.[shutdownTtl] === undefined) return {};
  const { [shutdownTtl]: _now, ...settings } = flinkConfiguration;
  const own = ownersTtl(suspended);
  return { flinkConfiguration: own === undefined ? settings : { ...settings, [shutdownTtl]: own } };
}

/** The merge patch for a job without a savepoint of ours: the operator goes on from the state that it kept. */
export function returnPatch(suspended: FlinkDeployment): object {
  const { preemptedBy, comeBackFrom, shutdownTtl: ttlBefore } = annotations;
  return {
    metadata: { annotations: { [preemptedBy]: null, [comeBackFrom]: null, [ttlBefore]: null } },
    spec: { flinkConfiguration: { [shutdownTtl]: ownersTtl(suspended) ?? null }, job: { state: 'running' } },
  };
}
