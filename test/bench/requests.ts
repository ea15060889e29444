/**
 * What protection asks of a store: requests of one job's round and of its retention, counted in simulated zones. `n` is
 * the number of requests and `ratio` that number by the first row's; the time is that of the simulation.
 */
import { retainJob } from '../../jobs/retention/retain-job.ts';
import { deploy, fleetOf, protectAll, stagePulse } from '../simulation/harness/fleet.ts';
import { twoZones } from '../simulation/harness/two-zones.ts';
import { SimulatedWorld } from '../../simulation/world/simulated-world.ts';
import { timed, type BenchRow } from './row.ts';

/** Retention keeps three, so the fourth round is the first after which it has something to delete. */
const roundsBefore = 3;

export async function benchRequests(): Promise<BenchRow[]> {
  const { config, home, peer } = twoZones('requests');
  const world = new SimulatedWorld(config, { seed: 1, speed: 50 });
  const fleet = fleetOf({ P1: 1 });
  await deploy(world, home, fleet);
  const rows: BenchRow[] = [];
  const count = async (what: string, work: () => Promise<unknown>): Promise<void> => {
    world.ledger.clear();
    const { seconds, cpuSeconds, rssMb } = await timed(work);
    const counts = Object.entries(world.ledger.countsOf(peer)).filter(([kind]) => kind.startsWith('store '));
    const n = counts.reduce((sum, [, each]) => sum + each, 0);
    const kinds = counts.map(([kind, each]) => `${kind.slice('store '.length)} ${each}`).toSorted();
    const ratio = n / (rows[0]?.n ?? n);
    rows.push({ what: `${what} (${kinds.join(', ')})`, n, bytes: null, seconds, cpuSeconds, rssMb, ratio });
  };
  const round = (name: string) => protectAll(world, home, fleet, name);
  const retain = () =>
    retainJob(world, { zone: home, namespace: fleet[0]!.namespace, name: fleet[0]!.name }, stagePulse(world));
  for (let done = 0; done < roundsBefore; done += 1) await round(`${done}`);
  await count('retention with nothing to delete', retain);
  await count('a round that takes a savepoint', () => round('last'));
  await count('retention that deletes one recovery point', retain);
  return rows;
}
