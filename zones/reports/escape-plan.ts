/** The plan of an escape as it is kept in the report archive: written once, read by everything that carries it out. */
import type { EscapePlan } from '../../model/move/plan-types.ts';
import { storeKeys } from '../../model/store-location.ts';
import type { World } from '../../adapters/world.ts';
import type { EscapeTarget } from '../../model/results/escape.ts';
import { readShelved } from './report-shelf.ts';

const maxPlanBytes = 64 << 20;

/** Key of the plan below the store's prefix. */
export function planKey(target: EscapeTarget): string {
  return `${storeKeys.reportPrefix('escape', target.escapeId)}/plan${target.dryRun ? '-dry-run' : ''}.json`;
}

/** What each worker read last: every batch of ten thousand jobs would read and parse all of them. */
const lastRead = new WeakMap<World, { key: string; plan: EscapePlan }>();

/** The plan as written, which never changes; that of a dry run may be planned again. */
export async function readPlan(world: World, target: EscapeTarget, signal: AbortSignal): Promise<EscapePlan> {
  // The same incident again may be kept by another zone, with a plan of its own.
  const key = `${target.to}/${planKey(target)}`;
  const known = lastRead.get(world);
  if (known?.key === key && !target.dryRun) return known.plan;
  const plan = await readWritten(world, target, signal);
  lastRead.set(world, { key, plan });
  return plan;
}

async function readWritten(world: World, target: EscapeTarget, signal: AbortSignal): Promise<EscapePlan> {
  const bytes = await readShelved(world, target, planKey(target), { maxBytes: maxPlanBytes, signal });
  if (!bytes) throw new Error(`plan ${planKey(target)} is gone from ${target.to}`);
  const plan = JSON.parse(new TextDecoder().decode(bytes)) as Partial<EscapePlan> &
    Omit<EscapePlan, 'late' | 'notes' | 'preempted'>;
  // A worker of an earlier version may have written it: an escape goes on while workers are replaced.
  return { ...plan, late: plan.late ?? [], notes: plan.notes ?? [], preempted: plan.preempted ?? [] };
}
