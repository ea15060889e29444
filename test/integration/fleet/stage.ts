/**
 * A fleet of simulated jobs on servers of the loopback: az-b with its API server and S3, Temporal, and az-a, which is
 * lost. Workers are processes of their own, as in production.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { startWorker, type WorkerProcess } from '../../../cli/demo/worker-process.ts';
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
import type { Config } from '../../../model/config/types.ts';
import { reportSchema, type Report } from '../../../model/report/schema.ts';
import { buildBundle } from '../../../worker/build-bundle.ts';
import { followEscape, requestEscape } from '../../../worker/client.ts';
import { loadConfig } from '../../../worker/config/load.ts';
import { connectClient } from '../../../worker/temporal.ts';
import { startKubernetes, type TestKubernetes } from '../servers/kubernetes.ts';
import { freePorts, until } from '../servers/process.ts';
import { startS3, type S3Server } from '../servers/s3.ts';
import type { TestCluster } from '../servers/scheduling.ts';
import { startTemporal, type TemporalServer } from '../servers/temporal.ts';

export interface StageOptions {
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
  /** az-b is this cluster, and the jobs have real pods there. The cluster stays when the stage stops. */
  pods?: { cluster: TestCluster; perJob: PodsPerJob };
  /** Put in front of az-b's API server, such as by a proxy; given its own kubeconfig. */
  kubeconfigOf?: (kubernetes: TestKubernetes) => Promise<string>;
  /** More of the product's configuration, over that of the stage. */
  settings?: Record<string, unknown>;
}

export const home = 'az-a';
export const peer = 'az-b';
const prefix = 'az-escape';

/** How long the twins of P0 may take until they run. */
const twinsRunWithinMs = 120_000;

export interface FleetStage {
  jobs: FleetJob[];
  kubernetes: TestKubernetes;
  s3: S3Server;
  temporal: TemporalServer;
  simulator: FleetSimulator;
  /** az-b's API server, by its own address. */
  api: PodApi;
  config: Config;
  startWorker(): Promise<WorkerProcess>;
  /** Asks for the escape of az-a and waits for its report. `onAccepted` is called once it was accepted. */
  escape(incident: string, onAccepted?: () => void): Promise<Report>;
  stop(): Promise<void>;
}

export async function startStage(options: StageOptions): Promise<FleetStage> {
  await buildBundle();
  const { seed = 1, speed = 1, faults = 0, pods } = options;
  const dir = mkdtempSync(join(tmpdir(), 'az-escape-fleet-'));
  const ending: (() => Promise<unknown>)[] = [async () => rmSync(dir, { recursive: true, force: true })];
  const stop = async () => {
    for (const end of ending.toReversed()) await end();
  };
  try {
    const kubernetes =
      pods?.cluster.kubernetes ?? (await startKubernetes({ crds: true, large: options.large ?? false }));
    if (!pods) ending.push(() => kubernetes.stop());
    const s3 = await startS3();
    ending.push(() => s3.stop());
    const temporal = await startTemporal();
    ending.push(() => temporal.stop());

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
    const place = { home, peer, ...(pods ? { pods: pods.perJob } : {}) };
    const points = writeRecoveryPoints(jobs, place, store, seed);
    await createStandbys(api, points, place);
    if (viaProxy) await publishRest(api, jobs, { address: rest.host, port: rest.port });
    const twins = jobs.filter(({ tier }) => tier === 'P0');
    await until(
      async () => twins.every((job) => (simulator.runOf(job)?.checkpointsAt(Date.now()).completed ?? 0) > 0),
      twinsRunWithinMs,
    );

    const kubeconfig = (await options.kubeconfigOf?.(kubernetes)) ?? kubernetes.kubeconfig();
    const configFile = join(dir, 'az-escape.yaml');
    const byUrl = { via: 'url', template: `http://${rest.host}:${rest.port}/{namespace}/{job}` };
    const flinkRest = viaProxy ? { via: 'service-proxy' } : byUrl;
    const text = configText(dir, { kubeconfig, s3, flinkRest, address: temporal.address }, options.settings ?? {});
    writeFileSync(configFile, text);
    const config = await loadConfig(configFile);
    let workers = 0;
    return {
      jobs,
      kubernetes,
      s3,
      temporal,
      simulator,
      api,
      config,
      async startWorker() {
        const worker = await startWorker(configFile, join(dir, `worker-${++workers}.log`));
        ending.push(() => worker.kill());
        return worker;
      },
      async escape(incident, onAccepted = () => {}) {
        const { client, close } = await connectClient(config);
        try {
          const asked = await requestEscape(client, config, { zone: home, incident });
          if (!asked.verdict.accepted) throw new Error(asked.verdict.sentence);
          onAccepted();
          const { reportKey } = await followEscape(client, asked, () => {});
          return reportSchema.parse(JSON.parse(readFileSync(join(store.folder, reportKey), 'utf8')));
        } finally {
          await close();
        }
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function configText(
  dir: string,
  at: { kubeconfig: string; s3: S3Server; flinkRest: object; address: string },
  settings: Record<string, unknown>,
): string {
  const secret = (name: string, value: string) => {
    writeFileSync(join(dir, name), value, { mode: 0o600 });
    return { file: join(dir, name) };
  };
  const [accessKeyId, secretAccessKey] = [secret('id', at.s3.accessKeyId), secret('secret', at.s3.secretAccessKey)];
  const s3 = (endpoint: string) => ({
    type: 's3',
    endpoint,
    bucket: at.s3.bucket,
    prefix,
    forcePathStyle: true,
    accessKeyId,
    secretAccessKey,
  });
  const lost = join(dir, 'lost.kubeconfig');
  writeFileSync(lost, stringify(lostKubeconfig));
  return stringify({
    temporal: { address: at.address, namespace: 'default' },
    zones: {
      [home]: {
        peer,
        kubernetes: { kubeconfig: lost, namespaces: [fleetNamespace] },
        stores: { s3: s3('http://127.0.0.1:1') },
      },
      [peer]: {
        peer: home,
        kubernetes: { kubeconfig: at.kubeconfig, namespaces: [fleetNamespace] },
        flinkRest: at.flinkRest,
        stores: { s3: s3(at.s3.endpoint) },
      },
    },
    escape: { fenceDeadline: '2s', fenceRetry: '1m' },
    ...settings,
  });
}

/** An address of this machine that is not of the loopback. @throws when it has none */
function ownAddress(): string {
  const found = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const own = found.find(({ family, internal }) => family === 'IPv4' && !internal);
  if (!own) throw new Error('this machine has no address but that of the loopback');
  return own.address;
}

/** Nothing listens there. */
const lostKubeconfig = {
  apiVersion: 'v1',
  kind: 'Config',
  clusters: [{ name: 'lost', cluster: { server: 'https://127.0.0.1:1', 'insecure-skip-tls-verify': true } }],
  users: [{ name: 'lost', user: { token: 'none' } }],
  contexts: [{ name: 'lost', context: { cluster: 'lost', user: 'lost' } }],
  'current-context': 'lost',
};
