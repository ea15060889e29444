/** The configuration after parsing: defaults filled in, durations in milliseconds, secrets still by reference. */
import type { ModePolicy } from '../job/mode.ts';
import type { Tier } from '../job/tier.ts';

/** Where a secret is read from when it is needed; never its value. */
export type SecretSource = { env: string } | { file: string };

export interface S3StoreConfig {
  type: 's3';
  endpoint: string;
  region: string;
  bucket: string;
  /** Folder in the bucket, no slash at either end; may be empty. */
  prefix: string;
  forcePathStyle: boolean;
  accessKeyId: SecretSource;
  secretAccessKey: SecretSource;
  /** URI schemes under which Flink jobs see the bucket: in this zone, and from another zone. */
  flinkSchemes: { inZone: string; fromPeer: string };
  /** Settings that a job of this zone gets to reach this store; `{namespace}` and `{job}` are filled in. */
  flinkConfiguration: Record<string, string>;
}

export interface WebHdfsStoreConfig {
  type: 'webhdfs';
  /** The NameNode's HTTP address. */
  endpoint: string;
  /** What Flink jobs write in front of a path: `hdfs://host:port`. The same from every zone. */
  flinkUri: string;
  user: string;
  /** Folder, no slash at either end; may be empty. */
  prefix: string;
  flinkConfiguration: Record<string, string>;
}

export type StoreConfig = S3StoreConfig | WebHdfsStoreConfig;

/** How room is reserved in a zone for the jobs that would escape to it. */
export interface PlaceholderConfig {
  /** Of their one container, which does nothing. */
  image: string;
  namespace: string;
  /** Tiers whose standbys have room reserved. */
  tiers: Tier[];
}

export interface ZoneConfig {
  name: string;
  /** Where this zone's jobs escape to; with several peers the first of them. */
  peer: string;
  /** All of them; there only if they are more than one. */
  peers?: readonly string[];
  /** The zone of which this is one cluster; there only if it is one of several, or may come to be. */
  partOf?: string;
  kubernetes: {
    kubeconfig: string;
    /** Context in the kubeconfig; its current one when absent. */
    context: string | undefined;
    /** Namespaces whose FlinkDeployments are ours. */
    namespaces: string[];
    requestTimeoutMs: number;
    /** The cluster adds nodes by itself, so that those which are there do not tell its room. */
    autoscaled: boolean;
    /** Absent: no room is reserved. */
    placeholders?: PlaceholderConfig;
  };
  flinkRest:
    | { via: 'service-proxy' }
    /** `{namespace}`, `{job}` are filled in, for example `http://{job}-rest.{namespace}.az-b.example.com:8081`. */
    | { via: 'url'; template: string };
  /** At least one; the first is the default of jobs without the store annotation. */
  stores: Record<string, StoreConfig>;
  /** JSON merge patch (RFC 7386) on the `spec` of every FlinkDeployment that runs in this zone. */
  overlay: Record<string, unknown>;
}

export interface TierPolicy {
  /** How often a recovery point is taken. */
  intervalMs: number;
  /** How recovery points are made, unless a job's annotation says otherwise. */
  mode: ModePolicy;
  /** How long one job may take to run again before it counts as failed. */
  startDeadlineMs: number;
  /** Recovery points kept. */
  keep: number;
  /** Those with state younger than this are kept as well. */
  keepForMs: number;
  savepointTimeoutMs: number;
}

/** What a token may do: `operate` and `approve` may also view; `approve` alone may not operate. */
export type ApiRole = 'view' | 'operate' | 'approve';

export interface ApiToken {
  /** Who it is: stands in the report as the one who asked. */
  name: string;
  role: ApiRole;
  token: SecretSource;
  /** ISO 8601: from then on it lets nobody in. Absent: never. */
  expires?: string | undefined;
}

export interface ApiConfig {
  /** `host:port`; port 0 takes a free one. */
  listen: string;
  /** Who may call. Nobody, unless named here. */
  tokens: ApiToken[];
  hooks: {
    alertmanager?: {
      /** Alerts that mean that a zone is lost; others are ignored. */
      alertNames: string[];
      /** The alert's label that names the zone. */
      zoneLabel: string;
    };
    pagerduty?: {
      /** Signing secrets of the webhook subscriptions; more than one while one is being replaced. */
      secrets: SecretSource[];
      /** Zone of each PagerDuty service whose incidents mean that the zone is lost, by the service's id. */
      services: Record<string, string>;
    };
  };
}

export interface Config {
  temporal: {
    address: string | undefined;
    namespace: string | undefined;
    taskQueue: string;
    /** Address of the Web UI, for links to its start form. */
    ui?: string | undefined;
  };
  /** Where a worker offers its metrics to Prometheus, `host:port`; nowhere when absent. */
  worker: { metricsAddress: string | undefined };
  zones: Record<string, ZoneConfig>;
  tiers: Record<Tier, TierPolicy>;
  /** What protection may take, for each worker process. */
  protect: {
    savepointsAtOnce: number;
    shipmentsAtOnce: number;
    /** Of all shipments out of one zone; 0 means no limit. */
    shipBytesPerSecond: number;
    /** How long a checkpoint that the job is at may take to end before a savepoint is asked for all the same. */
    checkpointWaitMs: number;
    /** How long the standby of a deleted job stays. */
    forgetAfterMs: number;
  };
  escape: {
    budgetMs: number;
    batchSize: number;
    /** How long fencing a lost zone may try. Nobody waits for it. */
    fenceDeadlineMs: number;
    /** How often a lost zone is looked for after the escape, to stop what would run there twice. */
    fenceRetryMs: number;
    /** How long gathering the peer's room may take before the plan goes on without it. */
    roomDeadlineMs: number;
    /** How long the savepoint of a job that must make room may take. */
    preemptSavepointMs: number;
    /** How long the pods of such a job may take to be gone before nobody waits any more. */
    preemptDeadlineMs: number;
    /** Measured earlier, for the forecast of when each wave runs again. */
    startsPerSecond: number;
    timeToRunMs: number;
    /** Whether each escape waits for somebody's approval before it changes anything. */
    approval: 'none' | 'required';
    /** How long it waits. */
    approvalTimeoutMs: number;
    /** Deadline of the small object written to a store before it is relied on. */
    probeDeadlineMs: number;
  };
  recheck: {
    intervalMs: number;
    /** Read of each job's files by one check. */
    sampleBytes: number;
    /** Of one job; two are checked at once. */
    bytesPerSecond: number;
  };
  retention: {
    /** How often whole zones are looked through. */
    intervalMs: number;
    /** How long recovery points of deleted jobs stay. */
    deletedJobsAfterMs: number;
    /** Files that no recovery point names are leftovers from this age on. */
    orphanAgeMs: number;
  };
  api: ApiConfig;
}

/** The zones that take a zone's jobs, in the order of the configuration; never none. */
export function peersOf({ peer, peers }: Pick<ZoneConfig, 'peer' | 'peers'>): readonly string[] {
  return peers ?? [peer];
}
