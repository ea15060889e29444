/**
 * The Temporal Schedules of each zone: one a tier that keeps recovery points as young as the tier asks, one that checks
 * those that are kept, and one that deletes what nobody keeps.
 */
import { ScheduleNotFoundError, ScheduleOverlapPolicy, type Client, type ScheduleOptions } from '@temporalio/client';
import type { Config } from '../model/config/types.ts';
import { tiers, type Tier } from '../model/job/tier.ts';

export interface ProtectSchedule {
  /** `protect/<zone>/<tier>`, `recheck/<zone>` or `retain/<zone>`: also the id of what it starts. */
  id: string;
  zone: string;
  /** Null for those of the whole zone. */
  tier: Tier | null;
  everyMs: number;
  state: 'absent' | 'runs' | 'paused';
  /** When the next round begins, ISO 8601. */
  next: string | null;
}

/** At most this much is added to a round's begin, so that zones and tiers do not all begin at once. */
const mostJitterMs = 30_000;

/** Creates what is missing and brings what is there up to the configuration. Pauses that people made stay. */
export async function applySchedules(client: Client, config: Config): Promise<ProtectSchedule[]> {
  for (const wanted of wantedSchedules(config)) {
    const options = optionsOf(config, wanted);
    try {
      await client.schedule.getHandle(wanted.id).update(({ state }) => ({ ...options, state }));
    } catch (error) {
      if (!(error instanceof ScheduleNotFoundError)) throw error;
      await client.schedule.create(options);
    }
  }
  return listSchedules(client, config);
}

/** Every schedule that the configuration wants, and how it stands. */
export async function listSchedules(client: Client, config: Config): Promise<ProtectSchedule[]> {
  return Promise.all(
    wantedSchedules(config).map(async ({ id, zone, tier, everyMs }) => {
      const wanted = { id, zone, tier, everyMs };
      try {
        const { info, state } = await client.schedule.getHandle(wanted.id).describe();
        const next = info.nextActionTimes[0]?.toISOString() ?? null;
        return { ...wanted, state: state.paused ? 'paused' : 'runs', next } as const;
      } catch (error) {
        if (!(error instanceof ScheduleNotFoundError)) throw error;
        return { ...wanted, state: 'absent', next: null } as const;
      }
    }),
  );
}

/** Deletes them; rounds that run go on to their end. */
export async function removeSchedules(client: Client, config: Config): Promise<void> {
  for (const { id } of wantedSchedules(config)) {
    await client.schedule
      .getHandle(id)
      .delete()
      .catch((error: unknown) => {
        if (!(error instanceof ScheduleNotFoundError)) throw error;
      });
  }
}

interface Wanted extends Pick<ProtectSchedule, 'id' | 'zone' | 'tier' | 'everyMs'> {
  workflowType: string;
}

function wantedSchedules(config: Config): Wanted[] {
  return Object.keys(config.zones).flatMap((zone) => [
    ...tiers.map((tier) => {
      const everyMs = config.tiers[tier].intervalMs;
      return { id: `protect/${zone}/${tier}`, zone, tier, everyMs, workflowType: 'protectZone' };
    }),
    { id: `recheck/${zone}`, zone, tier: null, everyMs: config.recheck.intervalMs, workflowType: 'recheckZone' },
    { id: `retain/${zone}`, zone, tier: null, everyMs: config.retention.intervalMs, workflowType: 'retainZone' },
  ]);
}

/** A round that takes longer than the interval is not joined by a second one; a missed one is not made up for. */
function optionsOf(config: Config, { id, zone, tier, everyMs, workflowType }: Wanted): ScheduleOptions {
  return {
    scheduleId: id,
    spec: { intervals: [{ every: everyMs }], jitter: Math.min(mostJitterMs, everyMs / 10) },
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1m', pauseOnFailure: false },
    action: {
      type: 'startWorkflow',
      workflowType,
      workflowId: id,
      taskQueue: config.temporal.taskQueue,
      args: [tier === null ? { zone } : { zone, tiers: [tier] }],
    },
  };
}
