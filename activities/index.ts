/** What the worker registers as activities: all of them, over one world. */
import { noopMetricMeter, type MetricMeter } from '@temporalio/common';
import { createEscapeActivities } from './escape/index.ts';
import { createFenceActivities } from './fence/index.ts';
import { createGiveBackActivities } from './give-back/index.ts';
import { createProtectActivities } from './protect/index.ts';
import { activityPulse } from './shared/pulse.ts';
import { createRecheckActivities } from './recheck/index.ts';
import { createRetainActivities } from './retain/index.ts';
import type { Pulse, World } from '../adapters/world.ts';

/** `meter` gives what metrics are counted with, nothing by default. */
export function createActivities(
  world: World,
  pulse: () => Pulse = activityPulse,
  meter: () => MetricMeter = () => noopMetricMeter,
) {
  return {
    ...createEscapeActivities(world, pulse),
    ...createFenceActivities(world, pulse),
    ...createProtectActivities(world, pulse, meter),
    ...createRetainActivities(world, pulse),
    ...createRecheckActivities(world, pulse, meter),
    ...createGiveBackActivities(world, pulse),
  };
}
