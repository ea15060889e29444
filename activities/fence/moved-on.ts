/** Where jobs have gone since an escape, when the zone that took them is silent itself. */
import type { PlannedJob } from '../../model/move/plan-types.ts';
import { OutsideFailure } from '../../adapters/failure.ts';
import { newestEpoch, zoneOfEpoch } from '../../jobs/claims/epochs.ts';
import type { Configured, Stores } from '../../adapters/ports.ts';

/**
 * True where a third zone's store knows by a claim that the job ran elsewhere at the epoch of this escape or a later one:
 * the zone that took it was protected there, and may be lost by now. Then the old copy must not run, although nobody can
 * ask the zone that it went to. A third zone that is silent as well tells nothing.
 */
export async function hasMovedOn(ports: Configured & Stores, job: PlannedJob, signal: AbortSignal): Promise<boolean> {
  for (const { name, stores } of Object.values(ports.config.zones)) {
    if (name === job.to || name === job.from || !stores[job.store]) continue;
    try {
      const store = ports.store(name, job.store);
      const newest = await newestEpoch(store, job, signal);
      if (newest < job.epoch) continue;
      const zone = await zoneOfEpoch(store, job, newest, signal);
      if (zone !== undefined && zone !== job.from) return true;
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof OutsideFailure)) throw error;
    }
  }
  return false;
}
