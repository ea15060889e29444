/** A zone that takes the jobs of a fleet: an API server, an S3 server, and a simulated operator and Flink. */
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import {
  createFleetNamespace,
  createStandbys,
  writeRecoveryPoints,
  type FleetStore,
} from '../../../lab/fleet/create-fleet.ts';
import { fleetJobs, fleetNamespace, type FleetJob } from '../../../lab/fleet/fleet-jobs.ts';
import { publishRest } from '../../../lab/fleet/service-proxy.ts';
import { openPodApi, type PodApi } from '../../../lab/fleet/pods/api.ts';
import { PodBody } from '../../../lab/fleet/pods/pod-body.ts';
import type { PodsPerJob } from '../../../lab/fleet/pods/pods-of-job.ts';
import { FleetSimulator } from '../../../lab/fleet/simulator.ts';
import { startKubernetes, type TestKubernetes } from '../servers/kubernetes.ts';
import { freePorts, until } from '../servers/process.ts';
import { startS3, type S3Server } from '../servers/s3.ts';
import type { TestCluster } from '../servers/scheduling.ts';

/** The lost zone of all fleets. */
export const home = 'az-a';

/** Prefix of the product's keys in every store. */
export const prefix = 'az-escape';

/** How long the twins of P0 may take until they run. */
const twinsRunWithinMs = 120_000;

export interface PeerOptions {
  /** How many, of the usual tiers, or which. */
  jobs: number | FleetJob[];
  seed?: number;
  /** Starts are so many times quicker than measured ones. */
  speed?: number;
  /** Share of the jobs with a fault. */
  faults?: number;
  /** How Flink's REST is reached; straight by URL without it. */
  via?: 'url' | 'service-proxy';
  /** API servers for ten thousand objects. */
  large?: boolean;
  /** The zone is this cluster, and the jobs have real pods there. The cluster stays when the zone stops. */
  pods?: { cluster: TestCluster; perJob: PodsPerJob };
  /** Put in front of the zone's API server, such as by a proxy; given its own kubeconfig. */
  kubeconfigOf?: (kubernetes: TestKubernetes) => Promise<string>;
}

export interface PeerZone {
  name: string;
  /** Those that have their standby here. */
  jobs: FleetJob[];
  kubernetes: TestKubernetes;
  s3: S3Server;
  simulator: FleetSimulator;
  /** The zone's API server, by its own address. */
  api: PodApi;
  /** Folder that holds what lies below the product's prefix in the store. */
  storeFolder: string;
  /** The zone as the product's configuration has it, but for its peers and stores. */
  configuration: { kubernetes: object; flinkRest: object };
  stop(): Promise<void>;
}

/** Ready once the fleet's standbys and recovery points are there and its twins run. */
export async function startPeerZone(name: string, options: PeerOptions): Promise<PeerZone> {
  const { seed = 1, speed = 1, faults = 0, pods } = options;
  const ending: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const end of ending.toReversed()) await end();
  };
  try {
    const kubernetes =
      pods?.cluster.kubernetes ?? (await startKubernetes({ crds: true, large: options.large ?? false }));
    if (!pods) ending.push(() => kubernetes.stop());
    const s3 = await startS3();
    ending.push(() => s3.stop());
    const jobs = typeof options.jobs === 'number' ? fleetJobs(options.jobs) : options.jobs;
    const api = openPodApi(kubernetes.kubeconfig());
    ending.push(() => api.close());
    await createFleetNamespace(api);
    const [restPort = 0] = await freePorts(1);
    const viaProxy = options.via === 'service-proxy';
    // The proxy goes to no address of the loopback.
    const rest = { host: viaProxy ? ownAddress() : '127.0.0.1', port: restPort };
    const body = pods ? new PodBody(api, () => {}) : undefined;
    await body?.open();
    ending.push(async () => body?.close());
    const simulator = new FleetSimulator(api, { namespace: fleetNamespace, seed, speed, faults, rest }, () => {}, body);
    await simulator.open();
    ending.push(() => simulator.close());

    const store: FleetStore = { name: 's3', root: `s3a://${s3.bucket}/${prefix}`, folder: join(s3.folder, prefix) };
    const place = { home, peer: name, ...(pods ? { pods: pods.perJob } : {}) };
    const points = writeRecoveryPoints(jobs, place, store, seed);
    await createStandbys(api, points, place);
    if (viaProxy) await publishRest(api, jobs, { address: rest.host, port: rest.port });
    const twins = jobs.filter(({ tier }) => tier === 'P0');
    await until(
      async () => twins.every((job) => (simulator.runOf(job)?.checkpointsAt(Date.now()).counts.completed ?? 0) > 0),
      twinsRunWithinMs,
    );

    const kubeconfig = (await options.kubeconfigOf?.(kubernetes)) ?? kubernetes.kubeconfig();
    const byUrl = { via: 'url', template: `http://${rest.host}:${rest.port}/{namespace}/{job}` };
    const configuration = {
      kubernetes: { kubeconfig, namespaces: [fleetNamespace] },
      flinkRest: viaProxy ? { via: 'service-proxy' } : byUrl,
    };
    return { name, jobs, kubernetes, s3, simulator, api, storeFolder: store.folder, configuration, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** An address of this machine that is not of the loopback. @throws when it has none */
function ownAddress(): string {
  const found = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const own = found.find(({ family, internal }) => family === 'IPv4' && !internal);
  if (!own) throw new Error('this machine has no address but that of the loopback');
  return own.address;
}
