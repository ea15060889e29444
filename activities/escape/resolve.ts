/** Turns an escape's input into its target, by the configuration; and tries the peer before anything is planned. */
import { parseDurationMs } from '../../model/duration.ts';
import { escapeIdOf, type EscapeInput } from '../../model/escape/input.ts';
import { OutsideFailure } from '../failure.ts';
import { TypedFailure } from '../typed-failure.ts';
import { defaultStoreName, zoneConfig, type World } from '../world.ts';
import type { EscapeTarget } from './types.ts';

/** @throws TypedFailure `UnknownZone` */
export function resolveEscape(
  world: World,
  input: EscapeInput,
  start: { incident: string; triggeredAt: string },
): EscapeTarget {
  const zone = world.config.zones[input.zone];
  if (!zone) {
    const known = Object.keys(world.config.zones).join(', ');
    throw new TypedFailure('UnknownZone', `"${input.zone}" is no zone of the configuration; zones are ${known}`);
  }
  const incident = input.incident ?? start.incident;
  return {
    escapeId: escapeIdOf(zone.name, incident),
    zone: zone.name,
    to: zone.peer,
    incident,
    trigger: { by: input.by ?? 'unknown', via: input.via ?? 'ui' },
    triggeredAt: start.triggeredAt,
    lostAt: input.lostAt ?? start.triggeredAt,
    dryRun: input.dryRun ?? false,
    budgetSeconds: (input.budget ? parseDurationMs(input.budget)! : world.config.escape.budgetMs) / 1000,
    scope: {
      ...(input.tiers ? { tiers: input.tiers } : {}),
      ...(input.namespaces ? { namespaces: input.namespaces } : {}),
    },
    fenceDeadlineMs: world.config.escape.fenceDeadlineMs,
    fenceRetryMs: world.config.escape.fenceRetryMs,
    // What the configuration asks for cannot be waived by who triggers the escape.
    ...(input.approval || world.config.escape.approval === 'required'
      ? { approvalTimeoutMs: world.config.escape.approvalTimeoutMs }
      : {}),
  };
}

/** Asks the peer's API server and store for a sign of life. @throws OutsideFailure naming the one that gives none */
export async function checkPeer(world: World, target: EscapeTarget): Promise<void> {
  const peer = zoneConfig(world, target.to);
  const deadlineMs = world.config.escape.probeDeadlineMs;
  const tries = await Promise.allSettled([
    world.cluster(peer.name).ping(deadlineMs),
    world.store(peer.name, defaultStoreName(peer)).probe(deadlineMs),
  ]);
  const failures = tries.filter((one) => one.status === 'rejected').map((one) => one.reason as unknown);
  if (failures.length === 0) return;
  const known = failures.filter((failure) => failure instanceof OutsideFailure);
  if (known.length === 0) throw failures[0];
  const first = known.find((failure) => !failure.retryable) ?? known[0]!;
  throw new OutsideFailure(first.failureClass, first.system, known.map((failure) => failure.message).join('; '));
}
