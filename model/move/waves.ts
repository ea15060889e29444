/** The waves of a plan: by tier, and within a tier by lineage. */
import { jobKey } from '../job/job.ts';
import { tiers } from '../job/tier.ts';
import type { Placed } from './give-room.ts';
import { lineageLevels, maxLevels } from '../lineage/lineage.ts';
import type { PlannedJob, Wave } from './plan-types.ts';
import { routeOf } from './route.ts';

/**
 * Waves in the order in which they begin, none of them empty. The jobs of a wave stay in the order given, but those
 * that wait until others made room come last: nobody with room stands behind them.
 */
export function wavesOf(placed: readonly Placed[], notes: string[]): Omit<Wave, 'expectedSeconds'>[] {
  const waves: Omit<Wave, 'expectedSeconds'>[] = [];
  for (const tier of tiers) {
    const ofTier = placed.filter((job) => job.tier === tier);
    const lineage = lineageLevels(ofTier.map((job) => ({ key: jobKey(job), upstream: job.upstream })));
    notes.push(...lineage.notes);
    for (let level = 0; level < maxLevels; level++) {
      const jobs = ofTier.filter((job) => lineage.levels.get(jobKey(job)) === level);
      if (jobs.length === 0) break;
      const wave = waves.length;
      const inTurn = [...jobs.filter(({ waits }) => !waits), ...jobs.filter(({ waits }) => waits)];
      // Zone by zone: a batch is of one zone, so that one that is silent holds up no other.
      const byZone = [...Map.groupBy(inTurn, ({ to }) => to).values()].flat();
      waves.push({ wave, tier, level, jobs: byZone.map((job) => planned(job, wave)) });
    }
  }
  return waves;
}

function planned(job: Placed, wave: number): PlannedJob {
  const { namespace, name, tier, kind, store, recoveryPoint, epoch, demand, waits } = job;
  // The shapes of its pods stay behind: the plan is read by every batch, and 10,000 jobs have many.
  const asks = demand && { cpuMillis: demand.cpuMillis, memoryBytes: demand.memoryBytes, pods: demand.pods };
  const start = { namespace, name, ...routeOf(job), tier, wave, kind, store, recoveryPoint, epoch, demand: asks };
  return {
    ...start,
    ...(job.unused === undefined ? {} : { unused: job.unused }),
    ...(job.retry ? { retry: job.retry } : {}),
    ...(waits ? { waits } : {}),
  };
}
