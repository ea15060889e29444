/** The activities of protection, as Temporal registers them. */
import { noopMetricMeter, type MetricMeter } from '@temporalio/common';
import { noSuchCluster } from '../../model/config/zone-clusters.ts';
import { jobKey } from '../../model/job/job.ts';
import type { RoundProgress, StageProgress } from '../../model/protect/round-progress.ts';
import { keepBeating } from '../../jobs/keep-beating.ts';
import { activityPulse } from '../shared/pulse.ts';
import type { Pulse, Ports } from '../../adapters/ports.ts';
import { TypedFailure } from '../../adapters/typed-failure.ts';
import { discoverJobs } from '../../zones/discovery/discover.ts';
import { keepReserve } from '../../zones/capacity/keep-reserve.ts';
import { afterRound } from '../../jobs/retention/after-round.ts';
import { countRound } from './round-metrics.ts';
import { rememberRound } from '../../zones/protection/remember-round.ts';
import { protectJob } from './protect-job.ts';
import type { Discovery, ProtectJobRequest, ProtectResult, Reserve } from '../../model/results/protect.ts';

/** `pulse` as in `createEscapeActivities`; `meter` gives what metrics are counted with, nothing by default. */
export function createProtectActivities(
  ports: Ports,
  pulse: () => Pulse = activityPulse,
  meter: () => MetricMeter = () => noopMetricMeter,
) {
  return {
    async discoverJobs(zone: string): Promise<Discovery> {
      if (!ports.config.zones[zone]) throw new TypedFailure('UnknownZone', noSuchCluster(ports.config, zone));
      return discoverJobs(ports, zone, pulse().signal);
    },
    /** For the room of a zone's jobs in its peer. */
    async keepReserve(peer: string): Promise<Reserve> {
      return keepReserve(ports, peer, pulse().signal);
    },
    async protectJob(request: ProtectJobRequest): Promise<ProtectResult> {
      const outer = pulse();
      let progress: RoundProgress = { job: jobKey(request), stage: 'waiting' };
      const running: Pulse = {
        ...outer,
        beat(stage) {
          progress = { job: progress.job, ...(stage as StageProgress) };
          outer.beat(progress);
        },
      };
      // Reading a large snapshot's list of files can take longer than the heartbeat time-out.
      return keepBeating(
        outer,
        () => progress,
        async () => {
          const result = await protectJob(ports, request, running);
          countRound(meter(), ports, request.zone, result);
          await rememberRound(ports, request.zone, result, running.signal);
          return result.outcome === 'protected' ? afterRound(ports, request, result, running) : result;
        },
      );
    },
  };
}

export type ProtectActivities = ReturnType<typeof createProtectActivities>;
