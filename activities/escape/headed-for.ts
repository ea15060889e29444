/** An escape into several zones, as one of its jobs sees it. */
import type { EscapeTarget } from './types.ts';

/**
 * The target with the zone of one job. Plan and report lie in the zone of the target as it was: never look for them by
 * what this returns.
 */
export function headedFor(target: EscapeTarget, { to }: { to?: string | undefined }): EscapeTarget {
  return to === undefined || to === target.to ? target : { ...target, to };
}
