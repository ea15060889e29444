/** The running activity's sign of life, for the code that does the work. */
import { activityInfo, cancellationSignal, heartbeat, sleep } from '@temporalio/activity';
import type { Pulse } from './world.ts';

/** Must be called inside an activity. */
export function activityPulse(): Pulse {
  return {
    beat: (details) => heartbeat(details),
    resumed: activityInfo().heartbeatDetails as unknown,
    signal: cancellationSignal(),
    sleep: (ms) => sleep(ms),
  };
}
