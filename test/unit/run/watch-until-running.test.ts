import { expect, test } from 'vitest';
import { OutsideFailure } from '../../../adapters/failure.ts';
import type { FlinkJobManager } from '../../../adapters/flink/port.ts';
import {
  plainEnd,
  watchUntilRunning,
  type PlainEnd,
  type Sight,
  type Watch,
} from '../../../jobs/run/watch-until-running.ts';
import type { JobSighting } from '../../../model/health/flink/restore-history.ts';
import { restoreVerdict } from '../../../model/health/flink/restore-verdict.ts';
import { samePath } from '../../../model/store-location.ts';
import { askedPath, sighting } from '../../../simulation/flink/recorded.ts';

const silent = new OutsideFailure('Unreachable', 'flink az-b', 'no connection.');
const well = sighting('restored');
const changed = (change: (seen: JobSighting) => void): JobSighting => {
  const seen = structuredClone(well);
  change(seen);
  return seen;
};
const starting = changed((seen) => (seen.job.vertices[1]!.tasks = { INITIALIZING: 2 }));
const unconfirmed = changed((seen) => (seen.checkpoints.latestCompleted = undefined));

/** A JobManager that answers each look by the next of these, and the last one from then on; a clock moved by pauses. */
function stage(looks: readonly (JobSighting | OutsideFailure)[]) {
  let nowMs = 0;
  let looked = 0;
  const current = () => looks[Math.min(looked, looks.length) - 1]!;
  const answer = <T>(of: (seen: JobSighting) => T): T => {
    const look = current();
    if (look instanceof OutsideFailure) throw look;
    return of(look);
  };
  const jobManager = {
    jobs: async () => {
      looked += 1;
      return answer(({ job }) => [{ id: job.id, status: job.state }]);
    },
    job: async () => answer(({ job }) => job),
    checkpoints: async () => answer(({ checkpoints }) => checkpoints),
    exceptions: async () => answer(({ exceptions }) => exceptions ?? { entries: [] }),
  } as unknown as FlinkJobManager;
  const time = {
    now: () => nowMs,
    pulse: { signal: new AbortController().signal, sleep: async (ms: number) => void (nowMs += ms) },
  };
  const watch: Watch<PlainEnd> = {
    judge: (seen, history) => restoreVerdict(seen, { path: askedPath, samePath }, history),
    deadlineMs: 5_000,
    pauseMs: 1_000,
    end: (sight) => plainEnd(sight, 'all-running'),
  };
  return { jobManager, time, watch, looked: () => looked };
}

test('looks until all tasks run on the state that was asked for', async () => {
  const { jobManager, time, watch, looked } = stage([silent, starting, unconfirmed]);
  expect(await watchUntilRunning(jobManager, watch, time)).toEqual({ state: 'running' });
  expect(looked()).toBe(3);
  expect(time.now(), 'a pause between two looks').toBe(2_000);
});

test('looks on for a checkpoint where that is wanted', async () => {
  const { jobManager, time, watch, looked } = stage([unconfirmed, well]);
  const end = (sight: Sight) => plainEnd(sight, 'confirmed');
  expect(await watchUntilRunning(jobManager, { ...watch, end }, time)).toEqual({ state: 'running' });
  expect(looked()).toBe(2);
});

test.each([
  ['never answers', silent, { state: 'late', why: 'no connection.' }],
  ['never comes up', starting, { state: 'late', why: expect.stringContaining('tasks run') as string }],
])('says after the deadline why a job does not run that %s', async (_what, look, end) => {
  const { jobManager, time, watch } = stage([look]);
  expect(await watchUntilRunning(jobManager, watch, time)).toEqual(end);
  expect(time.now()).toBe(5_000);
});

test('waits no longer for a job that ended, or that runs on other state', async () => {
  const failed = stage([changed((seen) => (seen.job.state = 'FAILED'))]);
  expect(await watchUntilRunning(failed.jobManager, failed.watch, failed.time)).toMatchObject({ state: 'failing' });
  const other = stage([changed((seen) => (seen.checkpoints.restored!.externalPath = 's3://other/chk-1'))]);
  expect(await watchUntilRunning(other.jobManager, other.watch, other.time)).toMatchObject({ state: 'wrong-path' });
});

test('calls nothing running on what an earlier look showed', async () => {
  const { jobManager, time, watch } = stage([well, silent]);
  const states: string[] = [];
  const end = ({ verdict, late }: Sight) => (states.push(verdict.state), late ? true : undefined);
  await watchUntilRunning(jobManager, { ...watch, deadlineMs: 1_000, end }, time);
  expect(states).toEqual(['confirmed', 'starting']);
});

test('beats before each look, and paces the looks by what they show', async () => {
  const { jobManager, time, watch } = stage([silent, silent, well]);
  let beats = 0;
  const pauseMs = ({ unseen }: Sight) => (unseen === undefined ? 1 : 70);
  await watchUntilRunning(jobManager, { ...watch, beat: () => void (beats += 1), pauseMs }, time);
  expect(beats).toBe(3);
  expect(time.now()).toBe(140);
});

test('fails with what no later look can mend', async () => {
  const { jobManager, time, watch } = stage([new OutsideFailure('Unauthorized', 'flink az-b', 'refused.')]);
  await expect(watchUntilRunning(jobManager, watch, time)).rejects.toThrow('refused.');
});
