/** Configurations for tests: zones that are each other's peers, with one S3 store each unless told, and settings of a usual size. */
import type { Config, S3StoreConfig, WebHdfsStoreConfig, ZoneConfig } from '../../model/config/types.ts';

export function buildS3Store(zone: string, more: Partial<S3StoreConfig> = {}): S3StoreConfig {
  return {
    type: 's3',
    endpoint: `http://s3.${zone}.example.com`,
    region: 'us-east-1',
    bucket: `bucket-${zone}`,
    prefix: 'az-escape',
    forcePathStyle: true,
    accessKeyId: { env: 'NOT_READ' },
    secretAccessKey: { env: 'NOT_READ' },
    flinkSchemes: { inZone: 's3a', fromPeer: 's3p' },
    flinkConfiguration: {
      's3.endpoint': `http://s3.${zone}.example.com`,
      'execution.checkpointing.dir': `s3a://bucket-${zone}/checkpoints/{namespace}/{job}`,
    },
    ...more,
  };
}

export function buildHdfsStore(zone: string, more: Partial<WebHdfsStoreConfig> = {}): WebHdfsStoreConfig {
  return {
    type: 'webhdfs',
    endpoint: `http://${zone}:9870`,
    flinkUri: `hdfs://${zone}:8020`,
    user: 'flink',
    prefix: 'az-escape',
    flinkConfiguration: {},
    ...more,
  };
}

/** With one peer it is a zone of a pair; with several, `peers` names them all. */
export function buildZone(name: string, peers: readonly string[], more: Partial<ZoneConfig> = {}): ZoneConfig {
  return {
    name,
    peer: peers[0]!,
    ...(peers.length > 1 ? { peers: [...peers] } : {}),
    kubernetes: {
      kubeconfig: '/nowhere',
      context: undefined,
      namespaces: ['default'],
      requestTimeoutMs: 10_000,
      autoscaled: false,
    },
    flinkRest: { via: 'service-proxy' },
    stores: { s3: buildS3Store(name) },
    overlay: { podTemplate: { spec: { nodeSelector: { zone: name } } } },
    ...more,
  };
}

/** Unless told, of zones `az-a` and `az-b`, each the other's peer. */
export function buildConfig(
  zones: readonly ZoneConfig[] = [buildZone('az-a', ['az-b']), buildZone('az-b', ['az-a'])],
  taskQueue = 'az-escape',
): Config {
  const tier = (intervalMs: number) =>
    ({
      intervalMs,
      mode: 'savepoint',
      startDeadlineMs: 150_000,
      keep: 3,
      keepForMs: 0,
      savepointTimeoutMs: 30_000,
    }) as const;
  return {
    worker: { metricsAddress: undefined },
    temporal: { address: undefined, namespace: 'default', taskQueue },
    zones: Object.fromEntries(zones.map((zone) => [zone.name, zone])),
    tiers: { P0: tier(60_000), P1: tier(120_000), P2: tier(600_000), P3: tier(3_600_000) },
    protect: {
      savepointsAtOnce: 8,
      shipmentsAtOnce: 16,
      shipBytesPerSecond: 0,
      checkpointWaitMs: 15_000,
      forgetAfterMs: 86_400_000,
    },
    escape: {
      budgetMs: 600_000,
      batchSize: 7,
      fenceDeadlineMs: 2_000,
      fenceRetryMs: 3_000,
      roomDeadlineMs: 10_000,
      preemptSavepointMs: 30_000,
      preemptDeadlineMs: 60_000,
      startsPerSecond: 20,
      timeToRunMs: 60_000,
      approval: 'none',
      approvalTimeoutMs: 60_000,
      probeDeadlineMs: 2_000,
    },
    recheck: { intervalMs: 3_600_000, sampleBytes: 64e6, bytesPerSecond: 1e9 },
    retention: { intervalMs: 86_400_000, deletedJobsAfterMs: 7 * 86_400_000, orphanAgeMs: 6 * 3_600_000 },
    api: { listen: '127.0.0.1:0', tokens: [], hooks: {} },
  };
}
