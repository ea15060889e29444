/** The running activity's sign of life, for the code that does the work. */
import { activityInfo, cancellationSignal, heartbeat, sleep } from '@temporalio/activity';
import type { Pulse } from '../../adapters/ports.ts';

/** Must be called inside an activity. */
export function activityPulse(): Pulse {
  const { heartbeatTimeoutMs } = activityInfo();
  return {
    beat: (details) => heartbeat(details),
    // Each beat is a write of Temporal's, under the lock of the workflow that a hundred activities share.
    ...(heartbeatTimeoutMs === undefined ? {} : { beatEveryMs: heartbeatTimeoutMs / 3 }),
    resumed: activityInfo().heartbeatDetails as unknown,
    signal: cancellationSignal(),
    sleep: (ms) => sleep(ms),
  };
}
