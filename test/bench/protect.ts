/**
 * What a recovery point costs, by either mode, on one running Flink job with large state: bytes that cross to the
 * peer's store, how long it takes, and what the job feels of it. Flink 1.20 with RocksDB and incremental checkpoints
 * every five seconds, two S3 servers on the loopback; the code that takes the recovery points is the product's own.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent } from 'undici';
import { systemClock } from '../../adapters/clock.ts';
import { jobManagerOver } from '../../adapters/flink/job-manager.ts';
import { viaUrl } from '../../adapters/flink/transport.ts';
import { takeSavepoint } from '../../jobs/snapshot/savepoint.ts';
import { shipCheckpoint } from '../../jobs/snapshot/ship-checkpoint.ts';
import type { TakenSnapshot } from '../../jobs/snapshot/taken-snapshot.ts';
import { readSecret } from '../../adapters/secrets.ts';
import { openStore } from '../../adapters/storage/open-store.ts';
import type { SnapshotStore } from '../../adapters/storage/port.ts';
import { verifySnapshot } from '../../jobs/recovery-points/verify-snapshot.ts';
import type { Pulse } from '../../adapters/ports.ts';
import { prepareToolchain } from '../../cli/prepare-lab.ts';
import { parseConfig } from '../../model/config/parse.ts';
import type { StoreConfig } from '../../model/config/types.ts';
import { wholeStore } from '../../model/store-location.ts';
import { startFlink } from '../integration/servers/flink.ts';
import { startS3, type S3Server } from '../integration/servers/s3.ts';
import { felt, flinkMeter, type FlinkMeter, type Window } from './flink-meter.ts';
import { timed, withRatios, type BenchRow } from './row.ts';

/** Random bytes kept by key, written once. Each key has a count besides, and every record changes one. */
const payloadBytes = 10_000;

/** Records a second, where the machine makes as many. */
const recordsPerSecond = 5_000;

/**
 * Quiet and busy windows take turns, so that what else the machine does weighs on both alike. In a busy one a recovery
 * point is begun every `everyMs`, unless the last one takes longer.
 */
const windows = 4;
const windowMs = 10_000;
const everyMs = 5_000;

const job = { namespace: 'default', name: 'bench' };

interface Stage {
  jobId: string;
  meter: FlinkMeter;
  peer: SnapshotStore;
  peerConfig: StoreConfig;
  ship(): Promise<TakenSnapshot>;
  savepoint(): Promise<TakenSnapshot>;
}

/** Savepoints again and again, then shipments; ratios are to savepoints. */
export async function benchProtect(stateBytes: number): Promise<BenchRow[]> {
  await prepareToolchain({ install: true, tools: ['versitygw', 'flink', 'flink-home', 'job-jar'] });
  const keys = Math.ceil(stateBytes / payloadBytes);
  await using opened = new AsyncDisposableStack();
  const stage = await openStage(keys, opened);
  console.error(`filling ${keys} keys of ${payloadBytes} bytes …`);
  await stage.meter.until(({ records }) => records >= keys, 'all keys are filled', 900_000);
  await stage.meter.nextCheckpoint();

  const rows: Omit<BenchRow, 'ratio'>[] = [];
  rows.push(await measured(stage, 'savepoints', stage.savepoint));
  rows.push({ what: 'first shipment, of everything', n: 1, ...(await taking(stage, stage.ship)) });
  rows.push(await measured(stage, 'shipments', stage.ship));
  return withRatios(rows);
}

async function measured({ meter, ...stage }: Stage, what: string, take: () => Promise<TakenSnapshot>) {
  const runs: Taking[] = [];
  const quiet: Window[] = [];
  const busy: Window[] = [];
  for (let round = 1; round <= windows; round += 1) {
    console.error(`${what}: window ${round} of ${windows} …`);
    quiet.push(await meter.during(() => sleep(windowMs)));
    busy.push(
      await meter.during(async () => {
        const endMs = Date.now() + windowMs;
        while (Date.now() < endMs) {
          const nextMs = Date.now() + everyMs;
          runs.push(await taking(stage, take));
          await sleep(Math.max(0, nextMs - Date.now()));
        }
      }),
    );
  }
  const sum = (of: (run: Taking) => number) => runs.reduce((total, run) => total + of(run), 0);
  return {
    what,
    n: runs.length,
    bytes: sum(({ bytes }) => bytes),
    seconds: sum(({ seconds }) => seconds),
    cpuSeconds: sum(({ cpuSeconds }) => cpuSeconds),
    rssMb: Math.max(...runs.map(({ rssMb }) => rssMb)),
    meanwhile: { quiet: felt(quiet), busy: felt(busy) },
  };
}

interface Taking {
  /** Added to the peer's store. */
  bytes: number;
  seconds: number;
  cpuSeconds: number;
  rssMb: number;
}

/** Takes one snapshot; what is measured does not include looking at it. @throws when it is not whole */
async function taking(
  { peer, peerConfig }: Pick<Stage, 'peer' | 'peerConfig'>,
  take: () => Promise<TakenSnapshot>,
): Promise<Taking> {
  const before = new Set<string>();
  for await (const { key } of peer.list('snapshots')) before.add(key);
  const { result: taken, ...usage } = await timed(take);
  let bytes = 0;
  for await (const { key, sizeBytes } of peer.list('snapshots')) if (!before.has(key)) bytes += sizeBytes;
  await verifySnapshot(peer, peerConfig, taken.key);
  return { bytes, ...usage };
}

async function openStage(keys: number, opened: AsyncDisposableStack): Promise<Stage> {
  const [home, peer] = await Promise.all([startS3(), startS3()]);
  opened.defer(() => home.stop());
  opened.defer(() => peer.stop());
  const flink = await startFlink(flinkSettings(home, peer), [
    '--keys',
    String(keys),
    '--payload',
    String(payloadBytes),
    '--rate',
    String(recordsPerSecond),
  ]);
  opened.defer(() => flink.stop());
  process.env['AZ_ESCAPE_BENCH_S3_KEY'] = home.accessKeyId;
  process.env['AZ_ESCAPE_BENCH_S3_SECRET'] = home.secretAccessKey;
  const { zones } = configFor({ 'az-a': home, 'az-b': peer });
  const homeConfig = wholeStore(zones['az-a']!.stores['s3']!);
  const peerConfig = zones['az-b']!.stores['s3']!;
  const homeStore = openStore('az-a', 's3', homeConfig, { secrets: readSecret, clock: systemClock() });
  const store = openStore('az-b', 's3', peerConfig, { secrets: readSecret, clock: systemClock() });
  opened.defer(() => homeStore.close());
  opened.defer(() => store.close());
  const dispatcher = new Agent();
  opened.defer(() => dispatcher.close());

  const { jobId } = flink;
  const system = 'flink az-a/default/bench';
  const jobManager = jobManagerOver(
    viaUrl(flink.rest, job, system, { dispatcher, timeoutMs: 30_000, clock: systemClock() }),
    system,
  );
  const common = { job, jobId, jobManager, store, storeConfig: peerConfig };
  const pulse: Pulse = {
    beat: () => {},
    resumed: undefined,
    signal: new AbortController().signal,
    sleep: (ms) => sleep(ms),
  };
  return {
    jobId,
    meter: flinkMeter(flink.rest, jobId),
    peer: store,
    peerConfig,
    ship: () => shipCheckpoint({ ...common, homeStore, homeConfig }, pulse),
    savepoint: () =>
      takeSavepoint(
        { ...common, triggerId: randomBytes(16).toString('hex'), timeoutMs: 300_000, now: () => Date.now() },
        pulse,
      ),
  };
}

function flinkSettings(home: S3Server, peer: S3Server): Record<string, string> {
  return {
    'state.backend.type': 'rocksdb',
    'execution.checkpointing.incremental': 'true',
    'execution.checkpointing.interval': '5s',
    'execution.checkpointing.num-retained': '3',
    'execution.checkpointing.externalized-checkpoint-retention': 'RETAIN_ON_CANCELLATION',
    'execution.checkpointing.tolerable-failed-checkpoints': '10',
    'execution.checkpointing.dir': `s3a://${home.bucket}/checkpoints`,
    'web.checkpoints.history': '100',
    'web.refresh-interval': '1000',
    's3a.endpoint': home.endpoint,
    's3a.access-key': home.accessKeyId,
    's3a.secret-key': home.secretAccessKey,
    's3a.path.style.access': 'true',
    's3a.directory.marker.retention': 'keep',
    'presto.s3.endpoint': peer.endpoint,
    'presto.s3.access-key': peer.accessKeyId,
    'presto.s3.secret-key': peer.secretAccessKey,
    'presto.s3.path-style-access': 'true',
    'presto.s3.ssl.enabled': 'false',
  };
}

function configFor(servers: Record<'az-a' | 'az-b', S3Server>) {
  const zone = (name: 'az-a' | 'az-b', other: string) => ({
    peer: other,
    kubernetes: { kubeconfig: '/not/used' },
    stores: {
      s3: {
        type: 's3',
        endpoint: servers[name].endpoint,
        bucket: servers[name].bucket,
        forcePathStyle: true,
        accessKeyId: { env: 'AZ_ESCAPE_BENCH_S3_KEY' },
        secretAccessKey: { env: 'AZ_ESCAPE_BENCH_S3_SECRET' },
      },
    },
  });
  const result = parseConfig({ zones: { 'az-a': zone('az-a', 'az-b'), 'az-b': zone('az-b', 'az-a') } });
  if (!result.ok) throw new Error(result.problems.map(({ message }) => message).join('; '));
  return result.config;
}
