/** A peer zone without room, where P3 jobs run. */
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import type { NodeCapacity } from '../../../model/capacity/types.ts';
import { jobKey } from '../../../model/job/job.ts';
import { deploy, resident, type FleetJob } from '../../simulation/harness/fleet.ts';
import { Scenario } from './scenario.ts';

const gibi = 2 ** 30;

function nodesOf(zone: string, cores: number[]): NodeCapacity[] {
  return cores.map((count, index) => {
    const name = `node-${index}`;
    const room = { cpuMillis: count * 1000, memoryBytes: 1024 * gibi, pods: 110 };
    return { name, ...room, labels: { zone }, taints: [], schedulable: true };
  });
}

/**
 * A peer with a node for each resident, which holds three of its cores, and one core more. A job of the fleet asks for
 * three: one for its JobManager and two for its TaskManager.
 */
export async function fullPeer(
  env: TestWorkflowEnvironment,
  name: string,
  fleet: FleetJob[],
  residents: string[],
  more: number[] = [],
): Promise<Scenario> {
  const scenario = await new Scenario(env, name).withProtected(fleet);
  const { world, home, peer } = scenario;
  await deploy(world, peer, residents.map(resident));
  const cluster = world.cluster(peer);
  cluster.nodes = nodesOf(peer, [...residents.map(() => 3), ...more]);
  residents.forEach((one, index) => {
    const on = { node: `node-${index}`, memoryBytes: gibi, priority: 0 };
    cluster.podsOnNodes.set(jobKey(resident(one)), [
      { ...on, cpuMillis: 1000 },
      { ...on, cpuMillis: 2000 },
    ]);
  });
  world.zone(home).dead = true;
  world.ledger.clear();
  return scenario;
}
