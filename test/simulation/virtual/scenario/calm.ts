/** A scenario without chance: one silent loss, and no fault that a test does not name. */
import type { Scenario, SimulatedJob } from './scenario.ts';

export function calmScenario(jobs: Partial<SimulatedJob>[], changes: Partial<Scenario> = {}): Scenario {
  return {
    seed: 1,
    jobs: jobs.map((job, index) => ({
      namespace: 'default',
      name: `job-${index}`,
      tier: 'P1',
      upstream: [],
      weight: undefined,
      isRaised: false,
      fault: undefined,
      twinFault: undefined,
      damage: 'none',
      ...job,
    })),
    batchSize: 7,
    workers: 1,
    latency: { leastMs: 1, mostMs: 40, slowShare: 0 },
    rounds: 1,
    loss: { manner: 'silent', noticedAfterMs: 10_000, returnsAfterMs: undefined },
    trigger: {
      tiers: undefined,
      dryRun: 'no',
      repeatedAfterMs: undefined,
      otherAfterMs: undefined,
      approvedAfterMs: undefined,
    },
    words: [],
    faults: { trouble: undefined, storeRefuses: undefined, kills: [], killAtRequest: undefined },
    protectAtMs: [],
    residents: 0,
    sequel: undefined,
    roomFor: undefined,
    ...changes,
  };
}
