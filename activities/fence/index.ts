/** The activity of fencing, as Temporal registers it. */
import type { Clock, Clusters, Configured, Pulse, Remembering, Stores } from '../../adapters/ports.ts';
import type { SettledMove } from '../../model/move/move.ts';
import type { FenceResult } from '../../model/results/escape.ts';
import { activityPulse } from '../shared/pulse.ts';
import { fenceZone } from './fence-zone.ts';

/** `pulse` as in `createEscapeActivities`. */
export function createFenceActivities(
  ports: Configured & Clusters & Stores & Remembering & Clock,
  pulse: () => Pulse = activityPulse,
) {
  return {
    async fenceZone(move: SettledMove, claims: 'pending' | 'settled'): Promise<FenceResult> {
      return fenceZone(ports, move, claims, pulse());
    },
  };
}

export type FenceActivities = ReturnType<typeof createFenceActivities>;
