/** What the workflow that makes room needs of plan and store: who must go, and where it is written what became of them. */
import type { PlannedVictim } from '../../model/move/plan-types.ts';
import { jobKey } from '../../model/job/job.ts';
import type { Reason } from '../../model/outcome/outcome.ts';
import type { PreemptedReport } from '../../model/report/schema.ts';
import { storeKeys } from '../../model/store-location.ts';
import { freeReserve } from '../../zones/capacity/keep-reserve.ts';
import type { World } from '../../adapters/world.ts';
import { readPlan } from '../../zones/reports/escape-plan.ts';
import { readShelved, shelve } from '../../zones/reports/report-shelf.ts';
import type { EscapeTarget, VictimsRef } from '../../model/results/escape.ts';

const maxResultBytes = 16 << 20;

function resultKey(target: EscapeTarget, { from }: VictimsRef): string {
  return `${storeKeys.reportPrefix('escape', target.escapeId)}/batches/preempted-from-${from}.json`;
}

/** Some of the plan's jobs that must make room; `needless` if all for whom one was to do so were skipped. */
export async function listVictims(
  world: World,
  target: EscapeTarget,
  ref: VictimsRef,
  skipped: readonly string[],
  signal: AbortSignal,
): Promise<ListedVictim[]> {
  const { preempted } = await readPlan(world, target, signal);
  const isSkipped = new Set(skipped);
  return preempted.slice(ref.from, ref.to).map((victim) => {
    const needless = victim.makesRoomFor.every((key) => isSkipped.has(key)) ? { needless: true as const } : {};
    // For whom each makes room is in the plan; histories keep every byte.
    return { ...victim, makesRoomFor: [], ...needless };
  });
}

export interface ListedVictim extends PlannedVictim {
  needless?: true;
}

/** Lets the placeholders go whose room the jobs of the plan are about to take. */
export async function giveUpReserve(world: World, target: EscapeTarget, signal: AbortSignal): Promise<void> {
  const { waves } = await readPlan(world, target, signal);
  const jobs = waves.flatMap((wave) => wave.jobs);
  const free = (zone: string) => {
    const started = jobs.filter((job) => (job.to ?? target.to) === zone);
    return freeReserve(world, zone, new Set(started.map(jobKey)), signal);
  };
  const freed = await Promise.allSettled((target.peers ?? [target.to]).map(free));
  const failed = freed.find((one) => one.status === 'rejected');
  if (failed) throw failed.reason;
}

/** Writes what became of them. Repeating it replaces the file by the same. */
export async function saveVictims(
  world: World,
  target: EscapeTarget,
  ref: VictimsRef,
  ended: PreemptedReport[],
  signal: AbortSignal,
): Promise<void> {
  const bytes = new TextEncoder().encode(JSON.stringify(ended));
  await shelve(world, target, resultKey(target, ref), bytes, { contentType: 'application/json', signal });
}

/** A line for each job that had to make room, whatever became of it. */
export async function readVictims(
  world: World,
  target: EscapeTarget,
  begun: readonly VictimsRef[],
  otherwise: Reason,
  signal: AbortSignal,
): Promise<PreemptedReport[]> {
  const { preempted } = await readPlan(world, target, signal);
  const lines = new Map<string, PreemptedReport>();
  for (const ref of begun) {
    const bytes = await readShelved(world, target, resultKey(target, ref), {
      maxBytes: maxResultBytes,
      signal,
    });
    if (!bytes) continue;
    for (const line of JSON.parse(new TextDecoder().decode(bytes)) as PreemptedReport[]) {
      lines.set(`${line.zone}/${jobKey(line)}`, line);
    }
  }
  const untouched = target.dryRun
    ? ({ outcome: 'planned', code: 'WouldMakeRoom', message: 'it would have to make room' } as const)
    : ({ outcome: 'left', ...otherwise } as const);
  return preempted.map(({ namespace, name, zone = target.to, makesRoomFor }) => {
    const known = lines.get(`${zone}/${jobKey({ namespace, name })}`);
    const line = known ?? { namespace, name, zone, ...untouched, savepoint: null, seconds: null };
    return { ...line, makesRoomFor };
  });
}
