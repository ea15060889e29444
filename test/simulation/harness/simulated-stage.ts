/** One test's simulated zones, and jobs in them as the product itself would have protected them: all in one process. */
import type { Config } from '../../../model/config/types.ts';
import { SimulatedWorld } from '../../../simulation/world/simulated-world.ts';
import { deploy, protectAll, type FleetJob } from './fleet.ts';
import { twoZones, type Stage } from './two-zones.ts';

/** Another one, to see more worlds: SIMULATION_SEED=7. */
const defaultSeed = Number(process.env['SIMULATION_SEED'] ?? 1);

/** Half a minute of a start passes in less than a second. */
const speed = 40;

export class SimulatedStage {
  readonly world: SimulatedWorld;
  readonly config: Config;
  /** The zone that will be lost, and the one that takes its jobs. */
  readonly home: string;
  readonly peer: string;

  constructor(name: string, seed = defaultSeed, stage: Stage = twoZones(name)) {
    const { config, home, peer } = stage;
    this.world = new SimulatedWorld(config, { seed, speed });
    this.config = config;
    this.home = home;
    this.peer = peer;
  }

  /** Deploys and protects the fleet, then forgets the requests that it took. */
  async withProtected(fleet: FleetJob[]): Promise<this> {
    await deploy(this.world, this.home, fleet);
    await protectAll(this.world, this.home, fleet, 'first round');
    this.world.ledger.clear();
    return this;
  }
}
