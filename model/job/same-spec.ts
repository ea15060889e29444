/** Whether an object in the cluster is already as it is to be applied. */
import type { FlinkDeploymentSpec } from './flink-deployment.ts';

/**
 * True if `present` has all that `wanted` says. The API server may have filled in more, but not into Flink's settings:
 * those must be the same.
 */
export function holdsSpec(present: FlinkDeploymentSpec, wanted: FlinkDeploymentSpec): boolean {
  const settings = Object.keys(present.flinkConfiguration ?? {});
  return settings.every((key) => wanted.flinkConfiguration?.[key] !== undefined) && holds(present, wanted);
}

function holds(present: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted)) {
    return (
      Array.isArray(present) &&
      present.length === wanted.length &&
      wanted.every((item, index) => holds(present[index], item))
    );
  }
  if (typeof wanted !== 'object' || wanted === null) return present === wanted;
  if (typeof present !== 'object' || present === null) return false;
  return Object.entries(wanted).every(
    ([field, value]) => value === undefined || holds((present as Record<string, unknown>)[field], value),
  );
}
