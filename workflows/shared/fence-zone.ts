/** The activity of fencing: an escape begins with it, and whoever waits for the lost zone's return goes on with it. */
import { proxyActivities } from '@temporalio/workflow';
import type { FenceActivities } from '../../activities/fence/index.ts';

/** Bounded and once: the lost zone gets one chance to hear us. */
export const { fenceZone } = proxyActivities<FenceActivities>({
  startToCloseTimeout: '3m',
  retry: { maximumAttempts: 1 },
  priority: { priorityKey: 5 },
});
