/** Everything of one run: virtual time, the world, Temporal and its workers, and the log of what happens. */
import type { Client } from '@temporalio/client';
import type { Ports } from '../../../../adapters/ports.ts';
import type { Config } from '../../../../model/config/types.ts';
import { createActivities } from '../../../../activities/index.ts';
import { twoZones } from '../../harness/two-zones.ts';
import type { LedgerEntry } from '../../../../simulation/world/ledger.ts';
import { MortalWorld } from '../../../../simulation/world/mortal-world.ts';
import { SimulatedWorld } from '../../../../simulation/world/simulated-world.ts';
import { EventLog } from '../../../../simulation/event-log.ts';
import { clientOf } from '../../../../simulation/temporal/client.ts';
import { currentWork } from '../../../../simulation/temporal/current-work.ts';
import { Server } from '../../../../simulation/temporal/server.ts';
import { WorkerFleet, type Activities } from '../../../../simulation/temporal/worker-fleet.ts';
import { Random } from '../../../../simulation/time/random.ts';
import { currentProcess, type VirtualTime } from '../../../../simulation/time/virtual-time.ts';
import type { Scenario } from './scenario.ts';

/** What a mutant puts between the activities and the world, to see the laws bite. */
export type Mutate = (world: Ports) => Ports;

export class Stage {
  readonly scenario: Scenario;
  readonly time: VirtualTime;
  readonly log: EventLog;
  readonly home: string;
  readonly peer: string;
  readonly config: Config;
  readonly world: SimulatedWorld;
  readonly fleet: WorkerFleet;
  readonly server: Server;
  readonly client: Client;
  /** Of requests to either zone, from now on. */
  latency: Scenario['latency'] = { leastMs: 1, mostMs: 20, slowShare: 0 };
  /** When the escape may first change something: at once, or when somebody begins to approve it. */
  changesFromMs = 0;
  readonly #mutate: Mutate;

  /** Virtual globals must be installed: the world's clock starts here. */
  constructor(scenario: Scenario, time: VirtualTime, mutate: Mutate) {
    const { seed } = scenario;
    this.scenario = scenario;
    this.time = time;
    this.#mutate = mutate;
    this.log = new EventLog(time);
    const { config, home, peer } = twoZones('sim');
    this.home = home;
    this.peer = peer;
    this.config = { ...config, escape: { ...config.escape, batchSize: scenario.batchSize } };
    this.world = new SimulatedWorld(this.config, { seed, speed: 1, passed: () => performance.now() });
    this.world.ledger.onNote((entry) => this.log.add(entry.kind.split(' ')[0]!, describe(entry)));
    const latency = new Random(seed, 'latency');
    for (const zone of [home, peer]) {
      const way = this.world.zone(zone);
      way.latency = () => {
        const { leastMs, mostMs, slowShare } = this.latency;
        const ms = latency.between(leastMs, mostMs) * (latency.chance(slowShare) ? 10 : 1);
        return latency.chance(0.5) ? { beforeMs: ms, afterMs: 0 } : { beforeMs: 0, afterMs: ms };
      };
    }
    this.fleet = new WorkerFleet(time, new Random(seed, 'workers'), this.log, (name) => this.#openWorker(name));
    this.server = new Server({ time, fleet: this.fleet, log: this.log }, seed);
    this.client = clientOf(this.server);
  }

  /** Kills one worker, and what it had in memory of workflows with it. */
  async killWorker(): Promise<void> {
    if (!this.fleet.killOne()) return;
    for (const run of this.server.runs) if (run.isRunning) await run.evict();
  }

  #openWorker(name: string) {
    // A request that is under way goes on in the world when its process dies.
    const mortal = new MortalWorld(this.world, (call) => currentProcess.run(undefined, call));
    const activities = createActivities(this.#mutate(mortal)) as unknown as Activities;
    return { name, dead: false, activities, onKill: () => mortal.kill() };
  }
}

function describe({ zone, kind, object }: LedgerEntry): string {
  const work = currentWork.getStore();
  return `${zone} ${kind.split(' ').slice(1).join(' ')} ${object}${work ? ` by ${work.activity}` : ''}`;
}
