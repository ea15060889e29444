/** The schema of `az-escape.yaml`: shape, defaults and ranges. What spans several fields is in `cross-checks.ts`. */
import { z } from 'zod';
import { modePolicies } from '../job/mode.ts';
import { parseDurationMs } from '../duration.ts';
import { settings } from './settings.ts';

/** A duration text such as "10m" within bounds, as milliseconds. */
function duration(least: string, most: string) {
  const [leastMs, mostMs] = [parseDurationMs(least)!, parseDurationMs(most)!];
  return z.string().transform((text, context) => {
    const ms = parseDurationMs(text);
    if (ms !== undefined && ms >= leastMs && ms <= mostMs) return ms;
    const complaint =
      ms === undefined ? 'is not a duration; write it like "90s" or "10m"' : `is outside ${least} to ${most}`;
    context.issues.push({ code: 'custom', message: `"${text}" ${complaint}`, input: text });
    return z.NEVER;
  });
}

const secretSource = z.union(
  [z.strictObject({ env: z.string().min(1) }), z.strictObject({ file: z.string().min(1) })],
  {
    error: 'a secret is given by reference: `{ env: NAME }` or `{ file: PATH }`, never by its value',
  },
);

const httpUrl = z.url({ protocol: /^https?$/, error: 'is not an http(s) URL' });
const folder = z.string().regex(/^(?!\/).*(?<!\/)$|^$/, 'is a folder without a slash at its start or end');
const flinkConfiguration = z.record(z.string(), z.coerce.string()).default({});

const s3Store = z.strictObject({
  type: z.literal('s3'),
  endpoint: httpUrl,
  region: z.string().min(1).default('us-east-1'),
  bucket: z.string().min(3),
  prefix: folder.default('az-escape'),
  forcePathStyle: z.boolean().default(false),
  accessKeyId: secretSource,
  secretAccessKey: secretSource,
  flinkSchemes: z
    .strictObject({ inZone: z.string().min(2), fromPeer: z.string().min(2) })
    .default({ inZone: 's3a', fromPeer: 's3p' }),
  flinkConfiguration,
});

const webHdfsStore = z.strictObject({
  type: z.literal('webhdfs'),
  endpoint: httpUrl,
  flinkUri: z.string().regex(/^hdfs:\/\/[^/]+$/, 'is not of the form hdfs://host:port'),
  user: z.string().min(1).default('flink'),
  prefix: folder.default('az-escape'),
  flinkConfiguration,
});

const storeSchema = z.discriminatedUnion('type', [s3Store, webHdfsStore]);

const zoneName = z.string().regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, 'is no zone name: lower-case letters, digits, -');

const zoneSchema = z.strictObject({
  peer: z.string().min(1).optional(),
  peers: z.array(z.string().min(1)).min(1).optional(),
  partOf: zoneName.optional(),
  kubernetes: z.strictObject({
    kubeconfig: z.string().min(1),
    context: z.string().min(1).optional(),
    namespaces: z.array(z.string().min(1)).min(1).default(['default']),
    requestTimeout: duration('500ms', '2m').prefault(settings.kubernetesRequestTimeout.default),
    autoscaled: z.boolean().default(settings.autoscaled.default),
    placeholders: z
      .strictObject({
        image: z.string().min(1),
        namespace: z.string().min(1).default(settings.placeholderNamespace.default),
        tiers: z
          .array(z.enum(['P1', 'P2']))
          .min(1)
          .default(['P1']),
      })
      .optional(),
  }),
  flinkRest: z
    .discriminatedUnion('via', [
      z.strictObject({ via: z.literal('service-proxy') }),
      z.strictObject({ via: z.literal('url'), template: z.string().includes('{job}') }),
    ])
    .default({ via: 'service-proxy' }),
  stores: z.record(z.string().regex(/^[a-z0-9-]+$/), storeSchema),
  overlay: z.record(z.string(), z.unknown()).default({}),
});

/** Policy of one tier; `interval` has a default of its own in each. */
function tierPolicy(interval: string) {
  return z
    .strictObject({
      interval: duration('10s', '7d').prefault(interval),
      mode: z.enum(modePolicies).default('auto'),
      startDeadline: duration('10s', '1h').prefault(settings.startDeadline.default),
      keep: z.int().min(1).max(100).default(settings.keep.default),
      keepFor: duration('0s', '1d').prefault(settings.keepFor.default),
      savepointTimeout: duration('5s', '1h').prefault(settings.savepointTimeout.default),
    })
    .prefault({});
}

/** At most once each: the name is who asked, and must tell people apart. */
const apiTokens = z
  .array(
    z.strictObject({
      name: z.string().regex(/^[\w.@-]{1,60}$/, 'is no name of a token: up to 60 letters, digits, . _ @ -'),
      role: z.enum(['view', 'operate', 'approve']),
      token: secretSource,
      expires: z.iso.datetime({ offset: true, error: 'is no time such as 2027-01-31T00:00:00Z' }).optional(),
    }),
  )
  .refine((tokens) => new Set(tokens.map(({ name }) => name)).size === tokens.length, 'has a name twice')
  .default([]);

const apiSchema = z
  .strictObject({
    listen: z
      .string()
      .regex(/^(\[[0-9a-f:]+\]|[^\s:[\]]+):\d{1,5}$/i, 'is not of the form host:port')
      .default(settings.apiListen.default),
    tokens: apiTokens,
    hooks: z
      .strictObject({
        alertmanager: z
          .strictObject({
            alertNames: z.array(z.string().min(1)).min(1),
            zoneLabel: z.string().min(1).default(settings.alertZoneLabel.default),
          })
          .optional(),
        pagerduty: z
          .strictObject({ secrets: z.array(secretSource).min(1), services: z.record(z.string().min(1), z.string()) })
          .optional(),
      })
      .prefault({}),
  })
  .prefault({});

export const configSchema = z.strictObject({
  worker: z
    .strictObject({
      metricsAddress: z
        .string()
        .regex(/^[^\s/]+:\d+$/, 'is not of the form host:port')
        .optional(),
    })
    .prefault({}),
  temporal: z
    .strictObject({
      address: z.string().optional(),
      namespace: z.string().optional(),
      taskQueue: z.string().min(1).default(settings.taskQueue.default),
      ui: httpUrl.optional(),
    })
    .prefault({}),
  zones: z.record(zoneName, zoneSchema),
  tiers: z
    .strictObject({
      P0: tierPolicy(settings.intervalP0.default),
      P1: tierPolicy(settings.intervalP1.default),
      P2: tierPolicy(settings.intervalP2.default),
      P3: tierPolicy(settings.intervalP3.default),
    })
    .prefault({}),
  protect: z
    .strictObject({
      savepointsAtOnce: z.int().min(1).max(200).default(settings.savepointsAtOnce.default),
      shipmentsAtOnce: z.int().min(1).max(200).default(settings.shipmentsAtOnce.default),
      // Slower, the connections of files that take turns would be silent for so long that stores close them.
      shipBytesPerSecond: z
        .int()
        .refine((rate) => rate === 0 || rate >= 1_000_000, 'must be 0 or at least 1000000')
        .default(settings.shipBytesPerSecond.default),
      checkpointWait: duration('0s', '5m').prefault(settings.checkpointWait.default),
      forgetAfter: duration('1m', '90d').prefault(settings.forgetAfter.default),
    })
    .prefault({}),
  escape: z
    .strictObject({
      budget: duration('1m', '2h').prefault(settings.budget.default),
      batchSize: z.int().min(1).max(200).default(settings.batchSize.default),
      fenceDeadline: duration('1s', '2m').prefault(settings.fenceDeadline.default),
      fenceRetry: duration('1s', '10m').prefault(settings.fenceRetry.default),
      roomDeadline: duration('1s', '1m').prefault(settings.roomDeadline.default),
      preemptSavepoint: duration('1s', '10m').prefault(settings.preemptSavepoint.default),
      preemptDeadline: duration('1s', '10m').prefault(settings.preemptDeadline.default),
      startsPerSecond: z.int().min(1).max(10_000).default(settings.startsPerSecond.default),
      timeToRun: duration('1s', '1h').prefault(settings.timeToRun.default),
      approval: z.enum(['none', 'required']).default(settings.approval.default),
      approvalTimeout: duration('1m', '24h').prefault(settings.approvalTimeout.default),
      probeDeadline: duration('500ms', '1m').prefault(settings.probeDeadline.default),
    })
    .prefault({}),
  retention: z
    .strictObject({
      interval: duration('1h', '30d').prefault(settings.retentionInterval.default),
      deletedJobsAfter: duration('1d', '365d').prefault(settings.deletedJobsAfter.default),
      orphanAge: duration('2h', '30d').prefault(settings.orphanAge.default),
    })
    .prefault({}),
  recheck: z
    .strictObject({
      interval: duration('1m', '30d').prefault(settings.recheckInterval.default),
      sampleMegabytes: z.int().min(1).max(1_000_000).default(settings.recheckSample.default),
      megabytesPerSecond: z.int().min(1).max(10_000).default(settings.recheckRate.default),
    })
    .prefault({}),
  api: apiSchema,
});

export type ParsedConfig = z.output<typeof configSchema>;
