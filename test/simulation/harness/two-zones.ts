/** Configuration of simulated zones that are each other's peers. */
import type { Config, StoreConfig, ZoneConfig } from '../../../model/config/types.ts';

export interface Stage {
  config: Config;
  home: string;
  peer: string;
}

/** Distinct zone names for each scenario: `escape-active/<zone>` is one per Temporal namespace. */
export function twoZones(scenario: string): Stage {
  const [home, peer] = [`home-${scenario}`, `peer-${scenario}`];
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
    home,
    peer,
    config: {
      worker: { metricsAddress: undefined },
      temporal: { address: undefined, namespace: 'default', taskQueue: `az-escape-${scenario}` },
      zones: { [home]: zone(home, peer), [peer]: zone(peer, home) },
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
    },
  };
}

/** A third zone beside them: the jobs of `home` may go to `peer` or to `other`. */
export function threeZones(scenario: string): Stage & { other: string } {
  const { config, home, peer } = twoZones(scenario);
  const other = `other-${scenario}`;
  config.zones = {
    [home]: zone(home, peer, [peer, other]),
    [peer]: zone(peer, home, [home, other]),
    [other]: zone(other, home, [home, peer]),
  };
  return { config, home, peer, other };
}

/** A zone of two clusters, `home` and `green`: jobs of both may go to `peer` or to `other`. */
export function twoClusters(scenario: string): Stage & { whole: string; green: string; other: string } {
  const { config, peer, other } = threeZones(scenario);
  const whole = `zone-${scenario}`;
  const [home, green] = [`${whole}-blue`, `${whole}-green`];
  const cluster = (name: string): ZoneConfig => ({ ...zone(name, peer, [peer, other]), partOf: whole });
  config.zones = {
    [home]: cluster(home),
    [green]: cluster(green),
    [peer]: zone(peer, home, [home, green]),
    [other]: zone(other, peer),
  };
  return { config, home, peer, whole, green, other };
}

function zone(name: string, peer: string, peers?: string[]): ZoneConfig {
  return {
    name,
    peer,
    ...(peers ? { peers } : {}),
    kubernetes: {
      kubeconfig: '/nowhere',
      context: undefined,
      namespaces: ['default'],
      requestTimeoutMs: 10_000,
      autoscaled: false,
    },
    flinkRest: { via: 'service-proxy' },
    stores: { s3: store(name) },
    overlay: { podTemplate: { spec: { nodeSelector: { zone: name } } } },
  };
}

function store(zoneName: string): StoreConfig {
  return {
    type: 's3',
    endpoint: `http://s3.${zoneName}.example.com`,
    region: 'us-east-1',
    bucket: `bucket-${zoneName}`,
    prefix: 'az-escape',
    forcePathStyle: true,
    accessKeyId: { env: 'NOT_READ' },
    secretAccessKey: { env: 'NOT_READ' },
    flinkSchemes: { inZone: 's3a', fromPeer: 's3p' },
    flinkConfiguration: {
      's3.endpoint': `http://s3.${zoneName}.example.com`,
      'execution.checkpointing.dir': `s3a://bucket-${zoneName}/checkpoints/{namespace}/{job}`,
    },
  };
}
