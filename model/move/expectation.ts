/**
 * What may be expected of an escape before it begins, from durations measured earlier: when each wave will run again,
 * and which will not within the budget. Workflows import this file, so nothing here may pull in zod, a clock or I/O.
 */
import { formatDurationMs } from '../duration.ts';
import type { Tier } from '../job/tier.ts';
import { batchesOf } from './batches.ts';

/** Batches that are watched at once: with 100 jobs each, so many that a start does not wait for earlier jobs to run. */
export const batchesInFlight = 40;

/** How fast it goes, and what is left of the time. */
export interface Schedule {
  /** Starts that the peer takes, a second. */
  startsPerSecond: number;
  /** From the start of a job until all its tasks run. A twin runs already. */
  timeToRunSeconds: number;
  /** From the plan until jobs that have to make room are gone; 0 when not told. */
  makeRoomSeconds?: number;
  /** Jobs of a batch. */
  batchSize: number;
  /** From the trigger to this plan. */
  elapsedSeconds: number;
  budgetSeconds: number;
}

export interface LateWave {
  wave: number;
  tier: Tier;
  expectedSeconds: number;
  reason: string;
}

interface WaveSize {
  wave: number;
  tier: Tier;
  jobs: readonly { kind: 'standby' | 'twin'; to: string; waits?: true }[];
}

/** For each wave the seconds from the trigger until its last job runs again, and the waves that will be late. */
export function expectWaves(waves: readonly WaveSize[], schedule: Schedule): { seconds: number[]; late: LateWave[] } {
  const { startsPerSecond, timeToRunSeconds, batchSize, budgetSeconds } = schedule;
  const roomAt = schedule.elapsedSeconds + (schedule.makeRoomSeconds ?? 0);
  const ends: number[] = [];
  let issuedAt = schedule.elapsedSeconds;
  let waited = 0;
  let starts = 0;
  const late: LateWave[] = [];
  let madeRoom = 0;
  const seconds = waves.map(({ wave, tier, jobs }) => {
    let last = issuedAt;
    for (const { from, to, waits } of batchesOf([{ wave, tier, jobs }], batchSize)) {
      const batch = jobs.slice(from, to);
      if (waits && issuedAt < roomAt) {
        madeRoom += roomAt - issuedAt;
        issuedAt = roomAt;
      }
      if (ends.length === batchesInFlight) {
        const free = Math.max(issuedAt, ends.shift()!);
        waited += free - issuedAt;
        issuedAt = free;
      }
      issuedAt += batch.length / startsPerSecond;
      const end = issuedAt + (batch.every(({ kind }) => kind === 'twin') ? 0 : timeToRunSeconds);
      ends.push(end);
      ends.sort((a, b) => a - b);
      last = Math.max(last, end);
    }
    starts += jobs.length;
    const expectedSeconds = Math.round(last * 10) / 10;
    if (expectedSeconds > budgetSeconds) {
      const reason = lateReason({ wave, tier, jobs: jobs.length, expectedSeconds, starts, waited, madeRoom }, schedule);
      late.push({ wave, tier, expectedSeconds, reason });
    }
    return expectedSeconds;
  });
  return { seconds, late };
}

function lateReason(
  wave: {
    wave: number;
    tier: Tier;
    jobs: number;
    expectedSeconds: number;
    starts: number;
    waited: number;
    madeRoom: number;
  },
  schedule: Schedule,
): string {
  const time = (seconds: number) => formatDurationMs(seconds * 1000);
  const rate = schedule.startsPerSecond;
  const causes = [
    ...(schedule.elapsedSeconds >= 1 ? [`${time(schedule.elapsedSeconds)} had passed before the plan`] : []),
    `${wave.starts} starts up to its last take ${time(wave.starts / rate)} at ${rate} a second`,
    ...(wave.waited >= 1
      ? [`${time(wave.waited)} pass until earlier jobs run, as ${batchesInFlight} batches are watched at once`]
      : []),
    ...(wave.madeRoom >= 1 ? [`${time(wave.madeRoom)} pass until P3 jobs there have made room`] : []),
    `a job takes ${time(schedule.timeToRunSeconds)} to run again`,
  ];
  const jobs = wave.jobs === 1 ? '1 job' : `${wave.jobs} jobs`;
  return `wave ${wave.wave} (${jobs} of ${wave.tier}) is expected to run again after ${time(wave.expectedSeconds)} of the ${time(schedule.budgetSeconds)} budget: ${causes.join('; ')}`;
}
