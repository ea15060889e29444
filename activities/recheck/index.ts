/** The activities of re-checking, as Temporal registers them. */
import { noopMetricMeter, type MetricMeter } from '@temporalio/common';
import { keepBeating } from '../../jobs/keep-beating.ts';
import { activityPulse } from '../shared/pulse.ts';
import type { Clock, Clusters, Configured, Logging, Pulse, Stores } from '../../adapters/ports.ts';
import { noteCheck } from './check-metrics.ts';
import { recheckJob } from './recheck-job.ts';
import type { RecheckJobRequest, RecheckResult } from '../../model/results/recheck.ts';

/** `pulse` as in `createEscapeActivities`; `meter` as in `createProtectActivities`. */
export function createRecheckActivities(
  ports: Configured & Clusters & Stores & Logging & Clock,
  pulse: () => Pulse = activityPulse,
  meter: () => MetricMeter = () => noopMetricMeter,
) {
  return {
    async recheckJob(request: RecheckJobRequest): Promise<RecheckResult> {
      const running = pulse();
      // By a worker's clock, as the times of readings are; a later attempt takes it over from the first.
      const sinceMs = sinceIn(running.resumed) ?? ports.now();
      return keepBeating(
        running,
        () => ({ sinceMs }),
        async () => {
          const result = await recheckJob(ports, request, running, sinceMs);
          noteCheck(meter(), ports, request.zone, result);
          return result;
        },
      );
    },
  };
}

function sinceIn(resumed: unknown): number | undefined {
  const { sinceMs } = (resumed ?? {}) as { sinceMs?: unknown };
  return typeof sinceMs === 'number' ? sinceMs : undefined;
}

export type RecheckActivities = ReturnType<typeof createRecheckActivities>;
