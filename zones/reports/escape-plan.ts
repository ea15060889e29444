/** The plan of an escape as it is kept in the report archive: written once, read by everything that carries it out. */
import type { EscapePlan } from '../../model/move/plan-types.ts';
import { storeKeys } from '../../model/store-location.ts';
import type { Clock, Configured, Remembering, Stores } from '../../adapters/ports.ts';
import { keeperOf, type Move, type SettledMove } from '../../model/move/move.ts';
import type { MemoryKey } from '../../adapters/process-memory.ts';
import { readShelved } from './report-shelf.ts';

const maxPlanBytes = 64 << 20;

/** Key of the plan below the store's prefix. */
export function planKey(move: Move): string {
  return `${storeKeys.reportPrefix(move.kind, move.id)}/plan${move.effects === 'rehearsed' ? '-dry-run' : ''}.json`;
}

/** What each worker read last: every batch of ten thousand jobs would read and parse all of them. */
const lastRead: MemoryKey<{ plan?: { key: string; plan: EscapePlan } }> = { name: 'plan read last', make: () => ({}) };

/** The plan as written, which never changes; that of a dry run may be planned again. */
export async function readPlan(
  ports: Configured & Stores & Remembering & Clock,
  move: SettledMove,
  signal: AbortSignal,
): Promise<EscapePlan> {
  // The same incident again may be kept by another zone, with a plan of its own.
  const key = `${keeperOf(move)}/${planKey(move)}`;
  const kept = ports.memory.of(lastRead);
  const known = kept.plan;
  if (known?.key === key && move.effects === 'real') return known.plan;
  const plan = await readWritten(ports, move, signal);
  kept.plan = { key, plan };
  return plan;
}

async function readWritten(
  ports: Configured & Stores & Clock,
  move: SettledMove,
  signal: AbortSignal,
): Promise<EscapePlan> {
  const bytes = await readShelved(ports, move, planKey(move), { maxBytes: maxPlanBytes, signal });
  if (!bytes) throw new Error(`plan ${planKey(move)} is gone from ${keeperOf(move)}`);
  return JSON.parse(new TextDecoder().decode(bytes)) as EscapePlan;
}
