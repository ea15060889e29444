/**
 * Two zones in memory, but the peer's store is a real one: versitygw for S3, a NameNode and DataNode for HDFS. If asked
 * for, so is the store at home, and bytes come to both by links that can be slowed down.
 */
import { afterAll, beforeAll } from 'vitest';
import { systemClock } from '../../adapters/clock.ts';
import { openStore } from '../../adapters/storage/open-store.ts';
import type { SnapshotStore } from '../../adapters/storage/port.ts';
import { protectJob } from '../../activities/protect/protect-job.ts';
import type { ProtectResult } from '../../model/results/protect.ts';
import type { Pulse, Ports } from '../../adapters/ports.ts';
import type { SecretSource, StoreConfig } from '../../model/config/types.ts';
import { annotations } from '../../model/job/marks.ts';
import { deploy, fleetOf, stagePulse, userDeployment } from '../simulation/harness/fleet.ts';
import { twoZones } from '../simulation/harness/two-zones.ts';
import { stepCheckpoints } from '../simulation/harness/step-checkpoints.ts';
import { SimulatedWorld } from '../../simulation/world/simulated-world.ts';
import { startHdfs } from './servers/hdfs.ts';
import { s3Secrets, s3StoreOn, startS3 } from './servers/s3.ts';
import type { SlowLink } from './servers/slow-link.ts';
import { linkToHdfs, linkToS3, type StoreLink } from './servers/store-link.ts';

interface StoreServer {
  config: StoreConfig;
  secrets(source: SecretSource): Promise<string>;
  link(): Promise<StoreLink>;
  stop(): Promise<void>;
}

async function startStore(kind: 'S3' | 'HDFS'): Promise<StoreServer> {
  if (kind === 'HDFS') {
    const hdfs = await startHdfs();
    const { endpoint, uri: flinkUri, superuser: user, stop } = hdfs;
    const config = { type: 'webhdfs', endpoint, flinkUri, user, prefix: 'az-escape', flinkConfiguration: {} } as const;
    return { config, secrets: async () => '', link: () => linkToHdfs(hdfs), stop };
  }
  const server = await startS3();
  const secrets = async (source: SecretSource) =>
    'env' in source && source.env === s3Secrets.accessKeyId ? server.accessKeyId : server.secretAccessKey;
  const link = () => linkToS3(server);
  return { config: s3StoreOn(server, 'az-escape'), secrets, link, stop: () => server.stop() };
}

/** Starts a store server for the suite that calls it; what it gives makes stages on it, which end with the suite. */
export function realPeerStages(kind: 'S3' | 'HDFS') {
  let server: StoreServer;
  const stages: RealPeerStage[] = [];
  beforeAll(async () => {
    server = await startStore(kind);
  }, 150_000);
  afterAll(async () => {
    await Promise.all(stages.map((stage) => stage.close()));
    await server?.stop();
  }, 30_000);
  return async (name: string, { linked = false } = {}): Promise<RealPeerStage> => {
    const links = linked ? { home: await server.link(), peer: await server.link() } : undefined;
    const stage = new RealPeerStage(name, server, links);
    stages.push(stage);
    return await stage.ready();
  };
}

/** One job of tier P1 that ships its checkpoints into the real store. */
export class RealPeerStage {
  readonly job = { namespace: 'default', name: 'p1-0' };
  readonly key = 'default/p1-0';
  readonly home: string;
  readonly peer: string;
  readonly world: Ports;
  readonly simulated: SimulatedWorld;
  readonly store: SnapshotStore;
  readonly pulse: Pulse;
  readonly #links: { home: StoreLink; peer: StoreLink } | undefined;
  /** Where the real one is that checkpoints are brought to. */
  readonly #homeStore: SnapshotStore | undefined;
  #nextCheckpoint: (() => void) | undefined;

  constructor(name: string, server: StoreServer, links?: { home: StoreLink; peer: StoreLink }) {
    const { config, home, peer } = twoZones(name);
    const zone = config.zones[peer]!;
    const throughLink = (link: StoreLink | undefined) => (link ? { endpoint: link.endpoint } : {});
    const realConfig = { ...server.config, prefix: name, ...throughLink(links?.peer) };
    // Real servers on a machine that has other work to do.
    config.escape.probeDeadlineMs = 20_000;
    config.zones[peer] = { ...zone, stores: { s3: realConfig } };
    this.home = home;
    this.peer = peer;
    this.simulated = new SimulatedWorld(config, { seed: 4, speed: 10 });
    this.simulated.checkpoints.jobs.add(this.key);
    this.store = openStore(peer, 's3', realConfig, { secrets: server.secrets, clock: systemClock() });
    this.#links = links;
    if (links) {
      const homeConfig = { ...server.config, prefix: `${name}-home`, ...throughLink(links.home) };
      this.#homeStore = openStore(home, 's3', homeConfig, { secrets: server.secrets, clock: systemClock() });
    }
    this.pulse = stagePulse(this.simulated);
    const { simulated } = this;
    this.world = {
      config,
      cluster: (of) => simulated.cluster(of),
      store: (of, named) => (of === peer ? this.store : simulated.store(of, named)),
      flinkFiles: (of) => this.#homeStore ?? simulated.flinkFiles(of),
      flink: simulated.flink,
      log: simulated.log,
      ...systemClock(),
      memory: simulated.memory,
    };
  }

  /** The job runs. */
  async ready(): Promise<this> {
    await deploy(this.simulated, this.home, fleetOf({ P1: 1 }));
    const deployment = userDeployment(this.job, 'P1');
    deployment.metadata.annotations = { [annotations.mode]: 'ship' };
    await this.simulated.cluster(this.home).applyDeployment(deployment);
    return this;
  }

  get links(): { home: SlowLink; peer: SlowLink } {
    return { home: this.#links!.home.link, peer: this.#links!.peer.link };
  }

  /** One round, with the checkpoint after the last round's: however slow a store is, neighbours share files. */
  async protect(round: string): Promise<ProtectResult> {
    await this.checkpoint();
    return await this.protectSame(round);
  }

  /** One round with the checkpoint that there is. */
  async protectSame(round: string): Promise<ProtectResult> {
    return await protectJob(this.world, { zone: this.home, round, ...this.job }, this.pulse);
  }

  /** The job completes so many checkpoints, the newest of which lies in its zone's store from then on. */
  async checkpoint(count = 1): Promise<void> {
    const { simulated, home } = this;
    const run = simulated.operator(home).runs.get(this.key)!;
    this.#nextCheckpoint ??= await stepCheckpoints(simulated, run);
    for (let n = 0; n < count; n += 1) this.#nextCheckpoint();
    if (!this.#homeStore) return;
    await simulated.flink.jobManager(home, this.job).checkpoints(run.jobId);
    for (const [key, { bytes }] of simulated.flinkFiles(home).objects) {
      if (!(await this.#homeStore.stat(key))) await this.#homeStore.put(key, bytes);
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.store.close(), this.#homeStore?.close()]);
    await Promise.all([this.#links?.home.stop(), this.#links?.peer.stop()]);
  }

  /** Keys of all objects below a folder. */
  async keys(folder: string): Promise<string[]> {
    const keys: string[] = [];
    for await (const { key } of this.store.list(folder)) keys.push(key);
    return keys.sort();
  }
}
