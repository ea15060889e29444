/**
 * A fleet of simulated jobs on servers of the loopback: az-b, or several peers, Temporal, and az-a, which is lost.
 * Workers are processes of their own, as in production.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { startWorker, type WorkerProcess } from '../../../cli/demo/worker-process.ts';
import { fleetNamespace } from '../../../lab/fleet/fleet-jobs.ts';
import type { Config } from '../../../model/config/types.ts';
import { reportSchema, type Report } from '../../../model/report/schema.ts';
import { buildBundle } from '../../../runtime/build-bundle.ts';
import { followEscape, requestEscape } from '../../../client/client.ts';
import { loadConfig } from '../../../runtime/config/load.ts';
import { connectClient } from '../../../client/temporal.ts';
import { startTemporal, type TemporalServer } from '../servers/temporal.ts';
import { home, prefix, startPeerZone, type PeerOptions, type PeerZone } from './peer-zone.ts';

export { home } from './peer-zone.ts';

export const peer = 'az-b';

export interface StageOptions extends PeerOptions {
  /** az-a has a second peer of this name, with jobs of its own. */
  other?: { name: string; options: PeerOptions };
  /** More of the product's configuration, over that of the stage. */
  settings?: Record<string, unknown>;
}

/** What is said of az-b straight away: most stages have no other peer. */
export interface FleetStage extends Omit<PeerZone, 'name' | 'configuration'> {
  temporal: TemporalServer;
  other?: PeerZone;
  config: Config;
  startWorker(): Promise<WorkerProcess>;
  /** Asks for the escape of az-a and waits for its report. `onAccepted` is called once it was accepted. */
  escape(incident: string, onAccepted?: () => void): Promise<Report>;
}

export async function startStage(options: StageOptions): Promise<FleetStage> {
  await buildBundle();
  const dir = mkdtempSync(join(tmpdir(), 'az-escape-fleet-'));
  const ending: (() => Promise<unknown>)[] = [async () => rmSync(dir, { recursive: true, force: true })];
  const stop = async () => {
    for (const end of ending.toReversed()) await end();
  };
  try {
    const first = await startPeerZone(peer, options);
    ending.push(() => first.stop());
    const other = options.other && (await startPeerZone(options.other.name, options.other.options));
    ending.push(async () => other?.stop());
    const peers = other ? [first, other] : [first];
    const temporal = await startTemporal();
    ending.push(() => temporal.stop());

    const configFile = join(dir, 'az-escape.yaml');
    writeFileSync(configFile, configText(dir, peers, temporal.address, options.settings ?? {}));
    const config = await loadConfig(configFile);
    let workers = 0;
    return {
      ...first,
      ...(other ? { other } : {}),
      temporal,
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
          return reportSchema.parse(JSON.parse(readFileSync(join(first.storeFolder, reportKey), 'utf8')));
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
  peers: readonly PeerZone[],
  address: string,
  settings: Record<string, unknown>,
): string {
  const [{ s3 }] = peers as [PeerZone];
  const secret = (name: string, value: string) => {
    writeFileSync(join(dir, name), value, { mode: 0o600 });
    return { file: join(dir, name) };
  };
  const credentials = {
    accessKeyId: secret('id', s3.accessKeyId),
    secretAccessKey: secret('secret', s3.secretAccessKey),
  };
  const storeAt = (endpoint: string) => ({
    type: 's3',
    endpoint,
    bucket: s3.bucket,
    prefix,
    forcePathStyle: true,
    ...credentials,
  });
  const lost = join(dir, 'lost.kubeconfig');
  writeFileSync(lost, stringify(lostKubeconfig));
  const zoneOf = ({ name, configuration, s3: { endpoint } }: PeerZone) => [
    name,
    { peer: home, ...configuration, stores: { s3: storeAt(endpoint) } },
  ];
  return stringify({
    temporal: { address, namespace: 'default' },
    zones: {
      [home]: {
        peers: peers.map(({ name }) => name),
        kubernetes: { kubeconfig: lost, namespaces: [fleetNamespace] },
        stores: { s3: storeAt('http://127.0.0.1:1') },
      },
      ...Object.fromEntries(peers.map(zoneOf)),
    },
    escape: { fenceDeadline: '2s', fenceRetry: '1m' },
    ...settings,
  });
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
