/** The activities of protection, as Temporal registers them. */
import { activityPulse } from '../pulse.ts';
import type { World } from '../world.ts';
import { TypedFailure } from '../typed-failure.ts';
import { discoverJobs } from './discover.ts';
import { protectJob } from './protect-job.ts';
import type { Discovery, ProtectJobRequest, ProtectResult } from './types.ts';

export function createProtectActivities(world: World) {
  return {
    async discoverJobs(zone: string): Promise<Discovery> {
      if (!world.config.zones[zone]) {
        const known = Object.keys(world.config.zones).join(', ');
        throw new TypedFailure('UnknownZone', `"${zone}" is no zone of the configuration; zones are ${known}`);
      }
      return discoverJobs(world, zone, activityPulse().signal);
    },
    async protectJob(request: ProtectJobRequest): Promise<ProtectResult> {
      return protectJob(world, request, activityPulse());
    },
  };
}

export type ProtectActivities = ReturnType<typeof createProtectActivities>;
