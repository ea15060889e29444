/** From a parsed YAML document to a `Config`, or to every problem in it at once. */
import type { z } from 'zod';
import type { Config, ZoneConfig } from './types.ts';
import { type ConfigProblem, crossCheck } from './cross-checks.ts';
import { configSchema, type ParsedConfig } from './schema.ts';

export type ConfigResult = { ok: true; config: Config } | { ok: false; problems: ConfigProblem[] };

/** Checks shape and cross-field rules together; a wrong file gives all its problems, never a partial config. */
export function parseConfig(raw: unknown): ConfigResult {
  const parsed = configSchema.safeParse(raw, { reportInput: true });
  const problems = [...(parsed.success ? [] : parsed.error.issues.flatMap(problemsOf)), ...crossCheck(raw)];
  if (!parsed.success || problems.length > 0) return { ok: false, problems };
  return { ok: true, config: toConfig(parsed.data) };
}

function problemsOf(issue: z.core.$ZodIssue): ConfigProblem[] {
  const path = issue.path.filter((part) => typeof part !== 'symbol');
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({ path: [...path, key], message: 'is not a setting; see docs/settings.md' }));
    case 'invalid_type':
      return [
        {
          path,
          message: issue.input === undefined ? `is missing (${issue.expected})` : `must be of type ${issue.expected}`,
        },
      ];
    default:
      return [{ path, message: issue.message.replace(/^Invalid input: /, '') }];
  }
}

/** One of the two settings is there: the cross-checks have seen to it. */
function peersIn({ peer, peers = [] }: { peer?: string | undefined; peers?: string[] | undefined }) {
  const all = peer === undefined ? peers : [peer];
  return { peer: all[0]!, ...(all.length > 1 ? { peers: all } : {}) };
}

function toConfig(parsed: ParsedConfig): Config {
  const zones = Object.entries(parsed.zones).map(([name, zone]): [string, ZoneConfig] => {
    const { requestTimeout, context, placeholders, ...kubernetes } = zone.kubernetes;
    return [
      name,
      {
        name,
        ...peersIn(zone),
        ...(zone.partOf === undefined ? {} : { partOf: zone.partOf }),
        kubernetes: {
          ...kubernetes,
          context,
          requestTimeoutMs: requestTimeout,
          ...(placeholders ? { placeholders } : {}),
        },
        flinkRest: zone.flinkRest,
        stores: zone.stores,
        overlay: zone.overlay,
      },
    ];
  });
  const policy = (tier: ParsedConfig['tiers']['P0']) => ({
    intervalMs: tier.interval,
    mode: tier.mode,
    startDeadlineMs: tier.startDeadline,
    keep: tier.keep,
    keepForMs: tier.keepFor,
    savepointTimeoutMs: tier.savepointTimeout,
  });
  const { P0, P1, P2, P3 } = parsed.tiers;
  return {
    worker: { metricsAddress: parsed.worker.metricsAddress },
    temporal: {
      address: parsed.temporal.address,
      namespace: parsed.temporal.namespace,
      taskQueue: parsed.temporal.taskQueue,
      ...(parsed.temporal.ui === undefined ? {} : { ui: parsed.temporal.ui }),
    },
    zones: Object.fromEntries(zones),
    tiers: { P0: policy(P0), P1: policy(P1), P2: policy(P2), P3: policy(P3) },
    protect: {
      savepointsAtOnce: parsed.protect.savepointsAtOnce,
      shipmentsAtOnce: parsed.protect.shipmentsAtOnce,
      shipBytesPerSecond: parsed.protect.shipBytesPerSecond,
      checkpointWaitMs: parsed.protect.checkpointWait,
      forgetAfterMs: parsed.protect.forgetAfter,
    },
    escape: {
      budgetMs: parsed.escape.budget,
      batchSize: parsed.escape.batchSize,
      fenceDeadlineMs: parsed.escape.fenceDeadline,
      fenceRetryMs: parsed.escape.fenceRetry,
      roomDeadlineMs: parsed.escape.roomDeadline,
      preemptSavepointMs: parsed.escape.preemptSavepoint,
      preemptDeadlineMs: parsed.escape.preemptDeadline,
      startsPerSecond: parsed.escape.startsPerSecond,
      timeToRunMs: parsed.escape.timeToRun,
      approval: parsed.escape.approval,
      approvalTimeoutMs: parsed.escape.approvalTimeout,
      probeDeadlineMs: parsed.escape.probeDeadline,
    },
    recheck: {
      intervalMs: parsed.recheck.interval,
      sampleBytes: parsed.recheck.sampleMegabytes * 1e6,
      bytesPerSecond: parsed.recheck.megabytesPerSecond * 1e6,
    },
    retention: {
      intervalMs: parsed.retention.interval,
      deletedJobsAfterMs: parsed.retention.deletedJobsAfter,
      orphanAgeMs: parsed.retention.orphanAge,
    },
    api: { listen: parsed.api.listen, tokens: parsed.api.tokens, hooks: definedHooks(parsed.api.hooks) },
  };
}

/** Hooks that are configured; one that is not has no key. */
function definedHooks({ alertmanager, pagerduty }: ParsedConfig['api']['hooks']): Config['api']['hooks'] {
  return { ...(alertmanager ? { alertmanager } : {}), ...(pagerduty ? { pagerduty } : {}) };
}
