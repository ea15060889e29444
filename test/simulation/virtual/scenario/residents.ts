/** The room of the peer zone, and the P3 jobs that run there before anybody escapes into it. */
import type { NodeCapacity } from '../../../../model/capacity/types.ts';
import { jobKey } from '../../../../model/job/job.ts';
import { resident, userDeployment } from '../../harness/fleet.ts';
import type { Stage } from './stage.ts';

const gibi = 2 ** 30;

/** What a job of the fleet asks for: one core for its JobManager, two for its TaskManager. */
const coresOfJob = 3;

export function residentsOf({ scenario }: Stage): ReturnType<typeof resident>[] {
  return Array.from({ length: scenario.residents }, (_, index) => resident(`resident-${index}`));
}

export async function deployResidents(stage: Stage): Promise<void> {
  const { world, peer } = stage;
  const cluster = world.cluster(peer);
  for (const [index, job] of residentsOf(stage).entries()) {
    await cluster.applyDeployment(userDeployment(job, 'P3'));
    const on = { node: `resident-node-${index}`, memoryBytes: gibi, priority: 0 };
    cluster.podsOnNodes.set(jobKey(job), [
      { ...on, cpuMillis: 1000 },
      { ...on, cpuMillis: 2000 },
    ]);
  }
}

/** From the loss on: a node for each resident, and so many free ones as the scenario says. */
export function limitRoom({ scenario, world, peer }: Stage): void {
  if (scenario.roomFor === undefined) return;
  const node = (name: string): NodeCapacity => ({
    name,
    cpuMillis: coresOfJob * 1000,
    memoryBytes: 1024 * gibi,
    pods: 110,
    labels: { zone: peer },
    taints: [],
    schedulable: true,
  });
  const nodes = (count: number, prefix: string) =>
    Array.from({ length: count }, (_, index) => node(`${prefix}-${index}`));
  world.cluster(peer).nodes = [...nodes(scenario.residents, 'resident-node'), ...nodes(scenario.roomFor, 'node')];
}
