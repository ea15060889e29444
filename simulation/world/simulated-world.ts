/** Two zones in memory: stores, Kubernetes, a Flink operator and Flink, on a clock of their own. */
import { ProcessMemory } from '../../adapters/process-memory.ts';
import { known, type Log, type Ports } from '../../adapters/ports.ts';
import type { Config, ZoneConfig } from '../../model/config/types.ts';
import { keyOfFlinkPath, wholeStore } from '../../model/store-location.ts';
import { SimulatedCheckpoints } from '../flink/simulated-checkpoints.ts';
import { SimulatedClock } from './clock.ts';
import { jitterAsked, noJitter } from './jitter.ts';
import { Ledger } from './ledger.ts';
import { SimulatedCluster } from './simulated-cluster.ts';
import { SimulatedFlink } from './simulated-flink.ts';
import { SimulatedOperator } from './simulated-operator.ts';
import { SimulatedSavepoints, type FindStore } from '../flink/simulated-savepoints.ts';
import { SimulatedStore } from './simulated-store.ts';
import { SimulatedZone } from './simulated-zone.ts';

interface Parts {
  way: SimulatedZone;
  operator: SimulatedOperator;
  cluster: SimulatedCluster;
  store: SimulatedStore;
  /** The same store as Flink sees it, without the product's prefix; what lies below that prefix is in `store` alone. */
  flinkFiles: SimulatedStore;
  config: ZoneConfig;
}

const storeName = 's3';

export class SimulatedWorld implements Ports {
  readonly config: Config;
  readonly clock: SimulatedClock;
  readonly ledger = new Ledger();
  readonly flink: SimulatedFlink;
  readonly savepoints: SimulatedSavepoints;
  readonly checkpoints: SimulatedCheckpoints;
  /** Lines of the log, for tests to read. */
  readonly logged: { fields: Record<string, unknown>; message: string }[] = [];
  readonly log: Log;
  readonly memory = new ProcessMemory();
  readonly #zones: Map<string, Parts>;

  constructor(config: Config, options: { seed: number; speed: number; passed?: () => number }) {
    this.config = config;
    this.clock = new SimulatedClock(options.speed, options.passed);
    const keep = (fields: Record<string, unknown>, message: string) => void this.logged.push({ fields, message });
    this.log = { info: keep, warn: keep };
    const jitter = options.passed ? noJitter : jitterAsked();
    this.#zones = new Map(
      Object.values(config.zones).map((zone) => {
        const way = new SimulatedZone(zone.name, this.ledger, options.seed, jitter);
        const operator = new SimulatedOperator(zone.name, this.clock, options.seed);
        const cluster = new SimulatedCluster(way, operator);
        const store = new SimulatedStore(way, storeName, this.clock);
        const flinkFiles = new SimulatedStore(way, storeName, this.clock);
        return [zone.name, { way, operator, cluster, store, flinkFiles, config: zone }];
      }),
    );
    this.savepoints = new SimulatedSavepoints(this.clock, options.seed, this.#findStore);
    this.checkpoints = new SimulatedCheckpoints(options.seed, this.#findStore);
    this.flink = new SimulatedFlink(this.#zones, this.clock, this);
  }

  readonly now = (): number => this.clock.now();
  readonly timeout = (ms: number): AbortSignal => this.clock.timeout(ms);
  readonly sleep = (ms: number, signal?: AbortSignal): Promise<void> => this.clock.sleep(ms, signal);

  cluster(zone: string): SimulatedCluster {
    return this.#parts(zone).cluster;
  }

  store(zone: string, name: string = storeName): SimulatedStore {
    known(this.#parts(zone).config.stores[name], `store ${zone}/${name}`);
    return this.#parts(zone).store;
  }

  flinkFiles(zone: string): SimulatedStore {
    return this.#parts(zone).flinkFiles;
  }

  operator(zone: string): SimulatedOperator {
    return this.#parts(zone).operator;
  }

  /** The zone's troubles. */
  zone(zone: string): SimulatedZone {
    return this.#parts(zone).way;
  }

  #parts(zone: string): Parts {
    return known(this.#zones.get(zone), `zone ${zone}`);
  }

  readonly #findStore: FindStore = (path) => {
    for (const { store, flinkFiles, way, config } of this.#zones.values()) {
      const key = keyOfFlinkPath(config.stores[storeName]!, path);
      const refuses = way.dead || way.storeRefuses;
      if (key !== undefined) return { store, key, refuses };
      const wholeKey = keyOfFlinkPath(wholeStore(config.stores[storeName]!), path);
      if (wholeKey !== undefined) return { store: flinkFiles, key: wholeKey, refuses };
    }
    return undefined;
  };
}
