/** What the workflow that makes room needs of plan and store: who must go, and where it is written what became of them. */
import type { PlannedVictim } from '../../model/move/plan-types.ts';
import { jobKey } from '../../model/job/job.ts';
import type { Reason } from '../../model/outcome/outcome.ts';
import type { PreemptedReport } from '../../model/report/schema.ts';
import { storeKeys } from '../../model/store-location.ts';
import { freeReserve } from '../../zones/capacity/keep-reserve.ts';
import type { Clock, Clusters, Configured, Remembering, Stores } from '../../adapters/ports.ts';
import { readPlan } from '../../zones/reports/escape-plan.ts';
import { readShelved, shelve } from '../../zones/reports/report-shelf.ts';
import type { Move, SettledMove } from '../../model/move/move.ts';
import type { VictimsRef } from '../../model/results/escape.ts';

const maxResultBytes = 16 << 20;

function resultKey(move: Move, { from }: VictimsRef): string {
  return `${storeKeys.reportPrefix(move.kind, move.id)}/batches/preempted-from-${from}.json`;
}

/** Some of the plan's jobs that must make room; `needless` if all for whom one was to do so were skipped. */
export async function listVictims(
  ports: Configured & Stores & Remembering & Clock,
  move: SettledMove,
  ref: VictimsRef,
  skipped: readonly string[],
  signal: AbortSignal,
): Promise<ListedVictim[]> {
  const { preempted } = await readPlan(ports, move, signal);
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
export async function giveUpReserve(
  ports: Configured & Clusters & Stores & Remembering & Clock,
  move: SettledMove,
  signal: AbortSignal,
): Promise<void> {
  const { waves } = await readPlan(ports, move, signal);
  const jobs = waves.flatMap((wave) => wave.jobs);
  const free = (zone: string) => {
    const started = jobs.filter(({ to }) => to === zone);
    return freeReserve(ports, zone, new Set(started.map(jobKey)), signal);
  };
  const freed = await Promise.allSettled(move.reachable.answer.map(free));
  const failed = freed.find((one) => one.status === 'rejected');
  if (failed) throw failed.reason;
}

/** Writes what became of them. Repeating it replaces the file by the same. */
export async function saveVictims(
  ports: Configured & Stores & Clock,
  move: SettledMove,
  ref: VictimsRef,
  ended: PreemptedReport[],
  signal: AbortSignal,
): Promise<void> {
  const bytes = new TextEncoder().encode(JSON.stringify(ended));
  await shelve(ports, move, resultKey(move, ref), bytes, { contentType: 'application/json', signal });
}

/** A line for each job that had to make room, whatever became of it. */
export async function readVictims(
  ports: Configured & Stores & Remembering & Clock,
  move: SettledMove,
  begun: readonly VictimsRef[],
  otherwise: Reason,
  signal: AbortSignal,
): Promise<PreemptedReport[]> {
  const { preempted } = await readPlan(ports, move, signal);
  const lines = new Map<string, PreemptedReport>();
  for (const ref of begun) {
    const bytes = await readShelved(ports, move, resultKey(move, ref), {
      maxBytes: maxResultBytes,
      signal,
    });
    if (!bytes) continue;
    for (const line of JSON.parse(new TextDecoder().decode(bytes)) as PreemptedReport[]) {
      lines.set(`${line.zone}/${jobKey(line)}`, line);
    }
  }
  const untouched =
    move.effects === 'rehearsed'
      ? ({ outcome: 'planned', code: 'WouldMakeRoom', message: 'it would have to make room' } as const)
      : ({ outcome: 'left', ...otherwise } as const);
  return preempted.map(({ namespace, name, zone, makesRoomFor }) => {
    const known = lines.get(`${zone}/${jobKey({ namespace, name })}`);
    const line = known ?? { namespace, name, zone, ...untouched, savepoint: null, seconds: null };
    return { ...line, makesRoomFor };
  });
}
