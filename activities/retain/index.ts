/** The activities of retention, as Temporal registers them. */
import { keepBeating } from '../../jobs/keep-beating.ts';
import { activityPulse } from '../shared/pulse.ts';
import type { Pulse, Ports } from '../../adapters/ports.ts';
import { retainJob } from '../../jobs/retention/retain-job.ts';
import { forgottenJobs } from '../../zones/discovery/forgotten-jobs.ts';
import { retainForgotten } from './retain-forgotten.ts';
import { sweepArtifacts } from './sweep-artifacts.ts';
import type {
  ArtifactSweep,
  ForgottenJob,
  RetainForgottenRequest,
  RetainJobRequest,
  RetainResult,
} from '../../model/results/retain.ts';

/** `pulse` as in `createEscapeActivities`. */
export function createRetainActivities(ports: Ports, pulse: () => Pulse = activityPulse) {
  return {
    async retainJob(request: RetainJobRequest): Promise<RetainResult> {
      const running = pulse();
      return keepBeating(
        running,
        () => undefined,
        () => retainJob(ports, request, running),
      );
    },
    async forgottenJobs(zone: string): Promise<ForgottenJob[]> {
      return forgottenJobs(ports, zone, pulse().signal);
    },
    async sweepArtifacts(zone: string, dryRun: boolean): Promise<ArtifactSweep> {
      const running = pulse();
      return keepBeating(
        running,
        () => undefined,
        () => sweepArtifacts(ports, zone, dryRun, running),
      );
    },
    async retainForgotten(request: RetainForgottenRequest): Promise<RetainResult> {
      const running = pulse();
      return keepBeating(
        running,
        () => undefined,
        () => retainForgotten(ports, request, running),
      );
    },
  };
}

export type RetainActivities = ReturnType<typeof createRetainActivities>;
