/** Turns an escape's input into a move, by the configuration; and tries its peers before anything is planned. */
import { lostClusters, peersOfClusters, zoneOfCluster } from '../../model/config/zone-clusters.ts';
import { parseDurationMs } from '../../model/duration.ts';
import { escapeIdOf, type EscapeInput } from '../../model/inputs/escape-input.ts';
import { limitsInWords, limitsOf } from '../../model/move/limits.ts';
import { candidatesOf } from '../../model/move/scope.ts';
import { labels } from '../../model/job/marks.ts';
import { OutsideFailure } from '../../adapters/failure.ts';
import { TypedFailure } from '../../adapters/typed-failure.ts';
import { untilAnswered } from '../../adapters/until-answered.ts';
import { type Clock, type Clusters, type Configured, defaultStore, type Stores } from '../../adapters/ports.ts';
import type { Move, ReachableSet, SilentPeer } from '../../model/move/move.ts';

/** It stands in the line of each job that is left to the peer. */
const maxWhyLength = 300;

/** @throws TypedFailure `UnknownZone`, and `NothingSelected` when the peer told so in time */
export async function resolveEscape(
  ports: Configured & Clusters & Clock,
  input: EscapeInput,
  start: { incident: string; triggeredAt: string },
): Promise<Move> {
  const move = moveOf(ports, input, start);
  await refuseEmptyScope(ports, move);
  return move;
}

function moveOf(ports: Configured, input: EscapeInput, start: { incident: string; triggeredAt: string }): Move {
  const lost = lostClusters(ports.config, input.zone, input.cluster);
  if ('problem' in lost) throw new TypedFailure('UnknownZone', lost.problem);
  const { zone, clusters } = lost;
  const incident = input.incident ?? start.incident;
  return {
    id: escapeIdOf(zone, incident),
    kind: 'escape',
    zone,
    whole: zoneOfCluster(ports.config, zone),
    lost: clusters,
    peers: peersOfClusters(ports.config, clusters),
    effects: input.dryRun ? 'rehearsed' : 'real',
    incident,
    trigger: { by: input.by ?? 'unknown', via: input.via ?? 'ui' },
    triggeredAt: start.triggeredAt,
    lostAt: input.lostAt ?? start.triggeredAt,
    budgetSeconds: (input.budget ? parseDurationMs(input.budget)! : ports.config.escape.budgetMs) / 1000,
    scope: {
      ...(input.tiers ? { tiers: input.tiers } : {}),
      ...(input.namespaces ? { namespaces: input.namespaces } : {}),
      ...(input.selector === undefined ? {} : { selector: input.selector }),
      ...(input.jobs ? { jobs: input.jobs } : {}),
    },
    fenceDeadlineMs: ports.config.escape.fenceDeadlineMs,
    fenceRetryMs: ports.config.escape.fenceRetryMs,
    // What the configuration asks for cannot be waived by who triggers the escape.
    approvalTimeoutMs:
      input.approval || ports.config.escape.approval === 'required' ? ports.config.escape.approvalTimeoutMs : null,
  };
}

/**
 * A mistyped limit is told before anything starts. A peer that does not answer at once is no reason to wait here: the
 * escape itself tries it for longer, and its plan says the same.
 */
async function refuseEmptyScope(ports: Configured & Clusters & Clock, move: Move): Promise<void> {
  if (Object.keys(move.scope).length === 0) return;
  const deadline = ports.timeout(ports.config.escape.probeDeadlineMs);
  const listed = await Promise.all(
    move.peers.map((peer) =>
      ports
        .cluster(peer)
        .listDeployments(`${labels.role} in (standby,twin,active)`, deadline)
        .catch((error: unknown) => {
          if (error instanceof OutsideFailure || deadline.aborted) return undefined;
          throw error;
        }),
    ),
  );
  // One that is silent may hold just the job that is meant.
  if (listed.includes(undefined)) return;
  const ofZone = candidatesOf(
    move,
    listed.flatMap((candidates) => candidates ?? []),
  );
  const outsideOf = limitsOf(move.scope);
  if (ofZone.length > 0 && ofZone.every((one) => outsideOf(one) !== undefined)) throw nothingSelected(move, move.peers);
}

/** What is said of limits within which no job is that one of these peers has a standby of. */
export function nothingSelected({ zone, scope }: Move, peers: readonly string[]): TypedFailure {
  const sentence = `no job of ${zone} that ${peers.length > 1 ? `one of ${peers.join(', ')}` : peers[0]} has a standby of is within ${limitsInWords(scope)}`;
  return new TypedFailure('NothingSelected', sentence);
}

/**
 * Asks each peer's API server and store for a sign of life, and says which gave one.
 * @throws OutsideFailure naming all of them if none does
 */
export async function checkPeer(ports: Configured & Clusters & Stores & Clock, move: Move): Promise<ReachableSet> {
  const answer: string[] = [];
  const silent: SilentPeer[] = [];
  const failures: OutsideFailure[] = [];
  const asked = await Promise.allSettled(move.peers.map((peer) => askPeer(ports, peer)));
  for (const [index, one] of asked.entries()) {
    const zone = move.peers[index]!;
    if (one.status === 'fulfilled') {
      answer.push(zone);
      continue;
    }
    if (!(one.reason instanceof OutsideFailure)) throw one.reason;
    failures.push(one.reason);
    silent.push({ zone, why: one.reason.message.slice(0, maxWhyLength) });
  }
  if (answer.length === 0) throw together(failures);
  return { answer, silent };
}

async function askPeer(ports: Configured & Clusters & Stores & Clock, name: string): Promise<void> {
  const deadlineMs = ports.config.escape.probeDeadlineMs;
  const tries = await Promise.allSettled([
    untilAnswered(ports, (leftMs) => ports.cluster(name).ping(leftMs), deadlineMs),
    untilAnswered(ports, (leftMs) => defaultStore(ports, name).probe(leftMs), deadlineMs),
  ]);
  const failures = tries.filter((one) => one.status === 'rejected').map((one) => one.reason as unknown);
  if (failures.length === 0) return;
  const known = failures.filter((failure) => failure instanceof OutsideFailure);
  if (known.length === 0) throw failures[0];
  throw together(known);
}

/** One failure that says what each of them says. */
function together(failures: OutsideFailure[]): OutsideFailure {
  const first = failures.find((failure) => !failure.retryable) ?? failures[0]!;
  return new OutsideFailure(first.failureClass, first.system, failures.map((failure) => failure.message).join('; '));
}
