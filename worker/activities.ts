/** What the worker registers as activities: all of them, over one world. */
import { noopMetricMeter, type MetricMeter } from '@temporalio/common';
import { createEscapeActivities } from '../activities/escape/index.ts';
import { createGiveBackActivities } from '../activities/give-back/index.ts';
import { createProtectActivities } from '../activities/protect/index.ts';
import { activityPulse } from '../activities/pulse.ts';
import { createRecheckActivities } from '../activities/recheck/index.ts';
import { createRetainActivities } from '../activities/retain/index.ts';
import type { Pulse, World } from '../activities/world.ts';

/** `meter` gives what metrics are counted with, nothing by default. */
export function createActivities(
  world: World,
  pulse: () => Pulse = activityPulse,
  meter: () => MetricMeter = () => noopMetricMeter,
) {
  return {
    ...createEscapeActivities(world, pulse),
    ...createProtectActivities(world, pulse, meter),
    ...createRetainActivities(world, pulse),
    ...createRecheckActivities(world, pulse, meter),
    ...createGiveBackActivities(world, pulse),
  };
}
