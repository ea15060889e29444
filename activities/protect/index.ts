/** The activities of protection, as Temporal registers them. */
import { keepBeating } from '../keep-beating.ts';
import { activityPulse } from '../pulse.ts';
import type { Pulse, World } from '../world.ts';
import { TypedFailure } from '../typed-failure.ts';
import { discoverJobs } from './discover.ts';
import { retainAfterRound } from '../retain/after-round.ts';
import { protectJob } from './protect-job.ts';
import type { Discovery, ProtectJobRequest, ProtectResult } from './types.ts';

/** `pulse` as in `createEscapeActivities`. */
export function createProtectActivities(world: World, pulse: () => Pulse = activityPulse) {
  return {
    async discoverJobs(zone: string): Promise<Discovery> {
      if (!world.config.zones[zone]) {
        const known = Object.keys(world.config.zones).join(', ');
        throw new TypedFailure('UnknownZone', `"${zone}" is no zone of the configuration; zones are ${known}`);
      }
      return discoverJobs(world, zone, pulse().signal);
    },
    async protectJob(request: ProtectJobRequest): Promise<ProtectResult> {
      const running = pulse();
      // Reading a large snapshot's list of files can take longer than the heartbeat time-out.
      return keepBeating(
        running,
        () => undefined,
        async () => {
          const result = await protectJob(world, request, running);
          if (result.outcome === 'protected') await retainAfterRound(world, request, running);
          return result;
        },
      );
    },
  };
}

export type ProtectActivities = ReturnType<typeof createProtectActivities>;
