/**
 * Zones for tests of verbs: the simulation's API server, operator, Flink and store, reached over a wire that the test
 * holds and on a clock that goes by itself. State outlives the process: `world` opens it once more.
 */
import { ProcessMemory } from '../../adapters/process-memory.ts';
import type { Pulse, Ports } from '../../adapters/ports.ts';
import type { Config } from '../../model/config/types.ts';
import type { FlinkDeployment } from '../../model/job/flink-deployment.ts';
import { jobKey, type JobRef } from '../../model/job/job.ts';
import { keyOfFlinkPath } from '../../model/store-location.ts';
import { SimulatedCheckpoints } from '../../simulation/flink/simulated-checkpoints.ts';
import { SimulatedCluster } from '../../simulation/world/simulated-cluster.ts';
import { SimulatedFlink } from '../../simulation/world/simulated-flink.ts';
import { SimulatedOperator } from '../../simulation/world/simulated-operator.ts';
import type { SimulatedRun } from '../../simulation/flink/simulated-run.ts';
import { SimulatedSavepoints, type FindStore } from '../../simulation/flink/simulated-savepoints.ts';
import { SimulatedStore } from '../../simulation/world/simulated-store.ts';
import { ManualClock } from './manual-clock.ts';
import { Wire } from './wire.ts';

const seed = 1;
const storeName = 's3';

export class FakeZones {
  readonly config: Config;
  readonly clock = new ManualClock();
  readonly wire = new Wire();
  readonly savepoints: SimulatedSavepoints;
  /** Lines of the log. */
  readonly logged: string[] = [];
  readonly #zones;
  readonly #flink: SimulatedFlink;

  constructor(config: Config) {
    this.config = config;
    this.#zones = new Map(
      Object.keys(config.zones).map((name) => {
        const way = this.wire.wayTo(name);
        const operator = new SimulatedOperator(name, this.clock, seed);
        const cluster = new SimulatedCluster(way, operator);
        return [name, { way, operator, cluster, store: new SimulatedStore(way, storeName, this.clock) }];
      }),
    );
    const find: FindStore = (path) => {
      for (const [name, { store }] of this.#zones) {
        const key = keyOfFlinkPath(config.zones[name]!.stores[storeName]!, path);
        if (key !== undefined) return { store, key, refuses: this.wire.down.has(name) };
      }
      return undefined;
    };
    this.savepoints = new SimulatedSavepoints(this.clock, seed, find);
    const checkpoints = new SimulatedCheckpoints(seed, find);
    this.#flink = new SimulatedFlink(this.#zones, this.clock, { savepoints: this.savepoints, checkpoints });
  }

  /** What a process sees: another object each time, as what it remembers dies with it. */
  world(): Ports {
    const log = (_fields: unknown, message: string) => void this.logged.push(message);
    return {
      config: this.config,
      cluster: (zone) => this.cluster(zone),
      store: (zone) => this.store(zone),
      flinkFiles: (zone) => this.store(zone),
      flink: this.#flink,
      log: { info: log, warn: log },
      now: this.clock.now,
      timeout: this.clock.timeout,
      sleep: this.clock.sleep,
      memory: new ProcessMemory(),
    };
  }

  cluster(zone: string): SimulatedCluster {
    return this.#zones.get(zone)!.cluster;
  }

  store(zone: string): SimulatedStore {
    return this.#zones.get(zone)!.store;
  }

  operator(zone: string): SimulatedOperator {
    return this.#zones.get(zone)!.operator;
  }

  /** The job's object as the API server has it. */
  objectIn(zone: string, job: JobRef): FlinkDeployment | undefined {
    return this.cluster(zone).deployments.get(jobKey(job));
  }

  /** What Flink runs of the job. */
  runIn(zone: string, job: JobRef): SimulatedRun | undefined {
    return this.operator(zone).runs.get(jobKey(job));
  }

  /** Puts an object there, as somebody else would: by no request of the process. */
  async place(zone: string, object: FlinkDeployment): Promise<FlinkDeployment> {
    const placed = await this.cluster(zone).applyDeployment(object);
    this.wire.requests.length = 0;
    return placed;
  }

  /** @param resumed what the heartbeat of an attempt before this one carried */
  pulse({ resumed, signal = new AbortController().signal }: { resumed?: unknown; signal?: AbortSignal } = {}): Pulse {
    return { beat: () => {}, beatEveryMs: 60_000, resumed, signal, sleep: (ms) => this.clock.sleep(ms, signal) };
  }
}
