/** Jobs of a simulated zone: running there, and protected as the product itself protects them. */
import { protectJob } from '../../../activities/protect/protect-job.ts';
import type { ProtectResult } from '../../../model/results/protect.ts';
import type { Pulse } from '../../../adapters/ports.ts';
import { jobKey, type JobRef } from '../../../model/job/job.ts';
import type { FlinkDeployment } from '../../../model/job/flink-deployment.ts';
import type { Tier } from '../../../model/job/tier.ts';
import type { SimulatedWorld } from '../../../simulation/world/simulated-world.ts';
import { buildDeployment } from '../../builders/deployment.ts';
import { waitUntil } from './wait-until.ts';

export interface FleetJob extends JobRef {
  tier: Tier;
  /** Labels of its own. */
  labels?: Record<string, string>;
}

/** `P0: 4` gives p0-0 to p0-3 in namespace default. */
export function fleetOf(counts: Partial<Record<Tier, number>>): FleetJob[] {
  return Object.entries(counts).flatMap(([tier, count]) =>
    Array.from({ length: count }, (_, index) => ({
      namespace: 'default',
      name: `${tier.toLowerCase()}-${index}`,
      tier: tier as Tier,
    })),
  );
}

/** A P3 job that runs in the peer zone before anybody escapes into it. */
export const resident = (name: string): FleetJob => ({ namespace: 'default', name, tier: 'P3' });

/** A job's object as its users write it in its active zone. */
export function userDeployment(job: JobRef & Pick<FleetJob, 'labels'>, tier: string | undefined): FlinkDeployment {
  return buildDeployment({ ...job, tier });
}

/** Deploys the jobs and waits until all their tasks run. */
export async function deploy(world: SimulatedWorld, zone: string, fleet: FleetJob[]): Promise<void> {
  for (const job of fleet) await world.cluster(zone).applyDeployment(userDeployment(job, job.tier));
  await waitUntil(`all jobs run in ${zone}`, () =>
    fleet.every((job) => world.operator(zone).runs.get(jobKey(job))!.allRunAt(world.now())),
  );
}

/** A pulse outside Temporal, for setting the stage. */
export function stagePulse(world: SimulatedWorld): Pulse {
  const { signal } = new AbortController();
  return { beat: () => {}, resumed: undefined, signal, sleep: (ms) => world.clock.sleep(ms) };
}

/** One round of protection of every job, without Temporal; fails unless all are protected. */
export async function protectAll(
  world: SimulatedWorld,
  zone: string,
  fleet: FleetJob[],
  round: string,
): Promise<ProtectResult[]> {
  const results = await Promise.all(
    fleet.map(({ namespace, name }) => protectJob(world, { zone, round, namespace, name }, stagePulse(world))),
  );
  const problems = results.filter(({ outcome }) => outcome !== 'protected');
  if (problems.length > 0) throw new Error(problems.map(({ name, sentence }) => `${name}: ${sentence}`).join('\n'));
  return results;
}
