/** What the worker registers as activities: all of them, over one world. */
import { noopMetricMeter, type MetricMeter } from '@temporalio/common';
import { createEscapeActivities } from './escape/index.ts';
import { createFenceActivities } from './fence/index.ts';
import { createGiveBackActivities } from './give-back/index.ts';
import { createProtectActivities } from './protect/index.ts';
import { activityPulse } from './shared/pulse.ts';
import { createRecheckActivities } from './recheck/index.ts';
import { createRetainActivities } from './retain/index.ts';
import type { Pulse, Ports } from '../adapters/ports.ts';

/** `meter` gives what metrics are counted with, nothing by default. */
export function createActivities(
  ports: Ports,
  pulse: () => Pulse = activityPulse,
  meter: () => MetricMeter = () => noopMetricMeter,
) {
  return {
    ...createEscapeActivities(ports, pulse),
    ...createFenceActivities(ports, pulse),
    ...createProtectActivities(ports, pulse, meter),
    ...createRetainActivities(ports, pulse),
    ...createRecheckActivities(ports, pulse, meter),
    ...createGiveBackActivities(ports, pulse),
  };
}
