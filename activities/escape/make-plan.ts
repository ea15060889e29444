/** Gathers what the peer zone holds and decides the plan, which is kept in the peer's store: repeats read it again. */
import { peersOf } from '../../model/config/types.ts';
import { batchesOf } from '../../model/move/batches.ts';
import type { EscapeAssessment, EscapePlan } from '../../model/move/plan-types.ts';
import { planEscape } from '../../model/move/plan.ts';
import { reasonText } from '../../model/outcome/outcome.ts';
import { jobKey } from '../../model/job/job.ts';
import { labels } from '../../model/job/marks.ts';
import { newestEpochs } from '../../jobs/claims/epochs.ts';
import { reservesRoom } from '../../zones/capacity/keep-reserve.ts';
import { TypedFailure } from '../../adapters/typed-failure.ts';
import {
  type Clock,
  type Clusters,
  type Configured,
  type Stores,
  type Ports,
  zoneConfig,
} from '../../adapters/ports.ts';
import { assessPeers } from './assess-peers.ts';
import { nothingSelected } from './resolve.ts';
import { planKey, readPlan } from '../../zones/reports/escape-plan.ts';
import { copyToOthers, reportStore } from '../../zones/reports/report-shelf.ts';
import { seeSpeeds } from '../../zones/reports/measures.ts';
import { seeRoom } from '../../zones/capacity/see-room.ts';
import { keeperOf, type Move, type SettledMove } from '../../model/move/move.ts';
import type { PlanSummary, VictimsRef } from '../../model/results/escape.ts';
import { defaultStoreName, storeNameOf } from '../../model/placement/job-store.ts';

/** The note travels in every history and is shown while the escape runs: the plan itself has all of it. */
const maxNoteLength = 1_000;

/**
 * Plans the escape. A plan once written is the escape's plan: a repeated call, by whatever worker, returns the same.
 * @throws TypedFailure `NothingProtected`, `NothingSelected`
 */
export async function makePlan(ports: Ports, move: SettledMove, signal: AbortSignal): Promise<PlanSummary> {
  const store = reportStore(ports, keeperOf(move));
  const { answer } = move.reachable;
  const plan = await decide(ports, move, signal);
  if (plan.waves.length === 0 && plan.left.length === 0) {
    const nobody = answer.length > 1 ? `none of ${answer.join(', ')} holds a` : `${answer[0]} holds no`;
    throw new TypedFailure('NothingProtected', `${nobody} standby or twin of a job of ${move.zone}`);
  }
  if (plan.waves.length === 0 && plan.left.every(({ code }) => code === 'OutsideScope'))
    throw nothingSelected(move, answer);
  const key = planKey(move);
  const bytes = new TextEncoder().encode(JSON.stringify(plan));
  const json = { contentType: 'application/json', signal };
  if (move.effects === 'rehearsed') {
    await store.put(key, bytes, json);
  } else if ((await store.createIfAbsent(key, bytes, signal)) === 'exists') {
    return summary(ports, await readPlan(ports, move, signal));
  }
  await copyToOthers(ports, move, key, bytes, json);
  return summary(ports, plan);
}

async function decide(
  ports: Configured & Clusters & Stores & Clock,
  move: SettledMove,
  signal: AbortSignal,
): Promise<EscapePlan> {
  const { first, others } = await assessPeers(ports, move, (peer) => assess(ports, move, peer, signal), signal);
  return planEscape(first, others);
}

async function assess(
  ports: Configured & Clusters & Stores & Clock,
  move: Move,
  to: string,
  signal: AbortSignal,
): Promise<EscapeAssessment> {
  const peer = zoneConfig(ports, to);
  // Of the active ones only those that an earlier escape started in vain are taken up.
  const selector = `${labels.role} in (standby,twin,active)`;
  const [candidates, running, { room, notes }, { speeds, from }] = await Promise.all([
    ports.cluster(peer.name).listDeployments(selector, signal),
    ports.cluster(peer.name).listDeployments(`${labels.tier}=P3`, signal),
    seeRoom(ports, peer.name, signal),
    seeSpeeds(ports, peer.name, reportStore(ports, peer.name), signal),
  ]);
  const storesUsed = new Set(candidates.map((candidate) => storeNameOf(candidate, peer)));
  const epochs = await Promise.all(
    [...storesUsed]
      .filter((name) => peer.stores[name])
      .map((name) => newestEpochs(ports.store(peer.name, name), signal)),
  );
  return {
    escapeId: move.id,
    zone: move.zone,
    lost: move.lost.filter((one) => hasPeer(ports, one, peer.name)),
    to,
    now: new Date(ports.now()).toISOString(),
    candidates,
    newestEpochs: largest(epochs),
    defaultStore: defaultStoreName(peer),
    scope: move.scope,
    room,
    running,
    notes,
    forecast: from,
    schedule: {
      ...speeds,
      batchSize: ports.config.escape.batchSize,
      elapsedSeconds: Math.max(0, (ports.now() - Date.parse(move.triggeredAt)) / 1000),
      budgetSeconds: move.budgetSeconds,
    },
  };
}

/** What another cluster's jobs have left in a zone that is no peer of theirs is nothing to start. */
function hasPeer(ports: Configured, cluster: string, peer: string): boolean {
  return peersOf(zoneConfig(ports, cluster)).includes(peer);
}

/** A job that changed its store has epochs in both: the largest counts. */
function largest(epochs: Record<string, number>[]): Record<string, number> {
  const newest: Record<string, number> = {};
  for (const [job, epoch] of epochs.flatMap((each) => Object.entries(each))) {
    newest[job] = Math.max(newest[job] ?? 0, epoch);
  }
  return newest;
}

function summary(ports: Configured, plan: EscapePlan): PlanSummary {
  const jobsByTier: PlanSummary['jobsByTier'] = {};
  for (const { tier, jobs } of plan.waves) jobsByTier[tier] = (jobsByTier[tier] ?? 0) + jobs.length;
  const shortByTier: PlanSummary['shortByTier'] = {};
  for (const { tier, code } of plan.left) {
    if (tier && code === 'NoRoom') shortByTier[tier] = (shortByTier[tier] ?? 0) + 1;
  }
  const batches = batchesOf(plan.waves, ports.config.escape.batchSize);
  const victims = victimsOf(plan, ports.config.escape.batchSize);
  const reserved = plan.peers.some((peer) => reservesRoom(ports, peer));
  return { batches, jobsByTier, left: plan.left.length, shortByTier, victims, reserved, note: noteOf(plan) };
}

/** Those whose room the same wave needs first go together, so that no wave waits for what a later one needs. */
function victimsOf({ preempted }: EscapePlan, size: number): VictimsRef[] {
  const refs: VictimsRef[] = [];
  for (const [index, { wave, zone }] of preempted.entries()) {
    const last = refs.at(-1);
    if (last && last.wave === wave && last.zone === zone && last.to - last.from < size) last.to = index + 1;
    else refs.push({ wave, from: index, to: index + 1, zone });
  }
  return refs;
}

/** What will not make the budget first, then what else there is to know. */
function noteOf(plan: EscapePlan): string {
  const [first] = plan.left;
  const none =
    plan.waves.length === 0 && first
      ? [`no job starts: ${plan.left.length} are left, such as ${jobKey(first)}: ${reasonText(first)}`]
      : [];
  // With what it was reckoned matters to those who must believe that something will be late.
  const forecast = plan.late.length > 0 && plan.forecast ? [plan.forecast] : [];
  const note = [...none, ...plan.late.map(({ reason }) => reason), ...forecast, ...plan.notes]
    .map((text) => text.replace(/\.$/, ''))
    .join('. ');
  return note.length <= maxNoteLength ? note : `${note.slice(0, maxNoteLength - 1)}…`;
}
