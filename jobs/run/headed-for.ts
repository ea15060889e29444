/** An escape from several clusters or into several zones, as one of its jobs sees it. */
import type { EscapeTarget } from '../../model/results/escape.ts';

/**
 * The target with the cluster that one job leaves and the zone that takes it. Plan and report lie in the zone of the target
 * as it was: never look for them by what this returns.
 */
export function headedFor(
  target: EscapeTarget,
  { from, to }: { from?: string | undefined; to?: string | undefined },
): EscapeTarget {
  return { ...target, zone: from ?? target.zone, to: to ?? target.to };
}
