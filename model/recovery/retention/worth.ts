/** Whether a look at all of a job's recovery points pays: it reads the manifest of each. */
import { stateTimeOfId } from '../id.ts';
import type { RetentionPolicy } from './types.ts';

/** True when the policy keeps state of this time for its youth. By no clock that goes before, when it keeps none for it. */
export function isYoung(stateAtMs: number, { keepForMs }: RetentionPolicy, nowMs: number): boolean {
  return keepForMs > 0 && nowMs - stateAtMs < keepForMs;
}

/**
 * True when so many are there that some may go. With many kept, as `keepForMs` can ask for, deleting waits until a tenth
 * more has gathered, so that the reading is shared out over many rounds.
 */
export function retentionPays(ids: readonly string[], policy: RetentionPolicy, nowMs: number): boolean {
  const young = ids.filter((id) => isYoung(stateTimeOfId(id), policy, nowMs)).length;
  const kept = Math.max(policy.keep, young);
  return ids.length - kept >= Math.max(1, Math.floor(kept / 10));
}
