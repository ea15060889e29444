/** Jobs of several zones may have one namespace and name, and one zone has room for one object of it. */
import type { FlinkDeployment } from '../job/flink-deployment.ts';
import { annotations, labels } from '../job/marks.ts';

/**
 * The zone to which a job belongs that has an object in zone `there`: that stays the same wherever it escapes to. Undefined
 * for one that says nothing of any zone: it cannot be told from a second run of another zone's job.
 */
export function ownerOf({ metadata }: FlinkDeployment, there: string): string | undefined {
  const { [annotations.preferredZone]: preferred, [annotations.activeZone]: runsIn } = metadata.annotations ?? {};
  const isActive = (metadata.labels?.[labels.role] ?? 'active') === 'active';
  return preferred ?? (isActive || runsIn === undefined ? undefined : there);
}

/**
 * The zone of another job that has taken the name of `active` in zone `there`; undefined where the object there is that of
 * the same job, such as a standby that it left behind on its way.
 */
export function takenBy(
  existing: FlinkDeployment,
  there: string,
  active: FlinkDeployment,
  home: string,
): string | undefined {
  const isStandby = (existing.metadata.labels?.[labels.role] ?? 'active') !== 'active';
  if (isStandby && existing.metadata.annotations?.[annotations.activeZone] === home) return undefined;
  const owner = ownerOf(existing, there);
  return owner === (ownerOf(active, home) ?? home) ? undefined : owner;
}
