import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JobSighting, RestoreHistory } from '../../../model/health/flink/restore-history.ts';
import { nothingSeen, remember, restartsOf } from '../../../model/health/flink/restore-history.ts';
import { restoreVerdict, twinVerdict } from '../../../model/health/flink/restore-verdict.ts';
import { allTasksRun } from '../../../model/health/flink/tasks.ts';
import { samePath } from '../../../model/store-location.ts';
import { askedPath, sighting } from '../../../simulation/flink/recorded.ts';

const ask = { path: askedPath, samePath };

/** The recorded restored job with some fields changed. */
function restored(change: (seen: JobSighting) => void = () => {}): JobSighting {
  const seen = structuredClone(sighting('restored'));
  change(seen);
  return seen;
}

function historyOf(...sightings: JobSighting[]): RestoreHistory {
  return sightings.reduce(remember, nothingSeen);
}

function judge(...sightings: JobSighting[]) {
  return restoreVerdict(sightings.at(-1)!, ask, historyOf(...sightings));
}

describe('a job that was started from a snapshot', () => {
  test('as Flink showed it: confirmed by its own checkpoint', () => {
    const seen = restored();
    expect(judge(seen)).toEqual({ state: 'confirmed', checkpointId: seen.checkpoints.latestCompleted!.id });
  });

  test('is all-running without a checkpoint of its own', () => {
    expect(judge(restored((seen) => (seen.checkpoints.latestCompleted = undefined)))).toEqual({ state: 'all-running' });
  });

  test.each<[string, (seen: JobSighting) => void]>([
    ['a savepoint', (seen) => (seen.checkpoints.latestCompleted!.isSavepoint = true)],
    [
      'triggered before the restore',
      ({ checkpoints: c }) => (c.latestCompleted!.triggerTimestampMs = c.restored!.restoreTimestampMs),
    ],
    ['the restored one itself', ({ checkpoints: c }) => (c.latestCompleted!.id = c.restored!.id)],
  ])('is not confirmed by a checkpoint that is %s', (_, change) => {
    expect(judge(restored(change)).state).toBe('all-running');
  });

  test('is starting while a task still loads its state, although Flink calls the job RUNNING', () => {
    const verdict = judge(restored((seen) => (seen.job.vertices[1]!.tasks = { RUNNING: 1, INITIALIZING: 1 })));
    expect(verdict).toEqual({ state: 'starting', why: '2 of 3 tasks run (INITIALIZING 1)' });
  });

  test('is starting while it has no vertices', () => {
    expect(judge(restored((seen) => (seen.job.vertices = []))).state).toBe('starting');
  });

  test('may have tasks that read their bounded source to its end', () => {
    expect(judge(restored((seen) => (seen.job.vertices[0]!.tasks = { FINISHED: 1 }))).state).toBe('confirmed');
  });

  test('that restored another path is wrong-path, whatever else is well', () => {
    const other = 'file:/snapshots/orders/snap-5';
    expect(judge(restored((seen) => (seen.checkpoints.restored!.externalPath = other)))).toEqual({
      state: 'wrong-path',
      restoredPath: other,
    });
  });

  test('that runs and restored nothing is wrong-path: it began with empty state', () => {
    const seen = restored(({ checkpoints }) => {
      checkpoints.restored = undefined;
      checkpoints.counts.restored = 0;
    });
    expect(judge(seen)).toEqual({ state: 'wrong-path', restoredPath: undefined });
  });

  test('that does not run yet and restored nothing yet is starting', () => {
    const seen = restored(({ job, checkpoints }) => {
      job.state = 'INITIALIZING';
      checkpoints.restored = undefined;
    });
    expect(judge(seen)).toEqual({ state: 'starting', why: 'the job is INITIALIZING' });
  });

  test('that restarted from its own later checkpoint is still on the right path', () => {
    const later = restored(({ checkpoints }) => {
      checkpoints.counts.restored = 2;
      checkpoints.restored = {
        id: 8,
        restoreTimestampMs: checkpoints.latestCompleted!.triggerTimestampMs + 5_000,
        isSavepoint: false,
        externalPath: 'file:/checkpoints/abc/chk-8',
      };
    });
    expect(judge(restored(), later)).toEqual({ state: 'all-running' });
    const proven = structuredClone(later);
    proven.checkpoints.latestCompleted!.id = 9;
    proven.checkpoints.latestCompleted!.triggerTimestampMs += 10_000;
    expect(judge(restored(), later, proven)).toEqual({ state: 'confirmed', checkpointId: 9 });
    // It was seen between two looks to have restarted: one more quiet look is needed.
    expect(judge(restored(), proven)).toEqual({ state: 'all-running' });
  });

  test.each(['file-missing', 'checksum'] as const)('that restarts for ever is failing and says why: %s', (of) => {
    const verdict = judge(sighting(of));
    expect(verdict.state).toBe('failing');
    const why = (verdict as { why: string }).why;
    expect(why).toMatch(/^it restarted \d times without a checkpoint since: /);
    expect(why).toContain(of === 'checksum' ? 'checksum mismatch' : 'FileNotFoundException');
  });

  test('is still starting after one restart', () => {
    const seen = structuredClone(sighting('file-missing'));
    seen.checkpoints.counts.restored = 2;
    seen.exceptions!.entries.length = 1;
    expect(judge(seen)).toMatchObject({ state: 'starting' });
  });

  test.each(['FAILED', 'CANCELED', 'FINISHED'])('that is %s is failing', (state) => {
    expect(judge(restored((seen) => (seen.job.state = state)))).toMatchObject({ state: 'failing' });
  });

  test('whose JobManager starts again and again is failing', () => {
    const starts = [1, 2, 3, 4].map((n) =>
      restored(({ job, checkpoints }) => {
        job.startTimeMs += n * 20_000;
        job.state = 'CREATED';
        checkpoints.latestCompleted = undefined;
      }),
    );
    expect(restartsOf(historyOf(...starts))).toBe(3);
    expect(judge(...starts)).toMatchObject({ state: 'failing' });
  });
});

describe('a twin', () => {
  const seen = sighting('running');
  const newest = seen.checkpoints.latestCompleted!;
  const endedAtMs = newest.triggerTimestampMs + newest.endToEndDurationMs;

  test.each([
    [0, 'confirmed'],
    [30_000, 'confirmed'],
    [30_001, 'all-running'],
  ])('with a checkpoint %d ms old is %s', (ageMs, state) => {
    const at = { nowMs: endedAtMs + ageMs, maxAgeMs: 30_000 };
    expect(twinVerdict(seen, at, historyOf(seen)).state).toBe(state);
  });

  test('without one is all-running, and starting while a task does not run', () => {
    const young = structuredClone(seen);
    young.checkpoints.latestCompleted = undefined;
    const at = { nowMs: endedAtMs, maxAgeMs: 30_000 };
    expect(twinVerdict(young, at, historyOf(young)).state).toBe('all-running');
    young.job.vertices[0]!.tasks = { DEPLOYING: 1 };
    expect(twinVerdict(young, at, historyOf(young)).state).toBe('starting');
  });
});

test('whatever Flink says, confirmed means: all tasks run, the asked path, a later checkpoint', () => {
  const count = fc.integer({ min: 0, max: 3 });
  const change = fc.record({
    state: fc.constantFrom('RUNNING', 'RESTARTING', 'FAILED', 'CREATED'),
    running: count,
    path: fc.constantFrom(askedPath, 'file:/snapshots/orders/snap-6/', 'file:/other', undefined),
    restores: count,
    id: fc.integer({ min: 1, max: 12 }),
    laterByMs: fc.integer({ min: -5, max: 5 }),
    isSavepoint: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
      const sightings = changes.map((made) =>
        restored(({ job, checkpoints }) => {
          job.state = made.state;
          job.vertices[1]!.tasks = { RUNNING: made.running };
          checkpoints.counts.restored = made.restores;
          checkpoints.restored!.externalPath = made.path;
          checkpoints.latestCompleted!.id = made.id;
          checkpoints.latestCompleted!.isSavepoint = made.isSavepoint;
          checkpoints.latestCompleted!.triggerTimestampMs = checkpoints.restored!.restoreTimestampMs + made.laterByMs;
        }),
      );
      if (judge(...sightings).state !== 'confirmed') return;
      const last = sightings.at(-1)!;
      const { latestCompleted, restored: from } = last.checkpoints;
      expect(allTasksRun(last.job)).toBe(true);
      expect(changes.some((made) => made.path !== undefined && samePath(made.path, askedPath))).toBe(true);
      expect(latestCompleted!.id).toBeGreaterThan(from!.id);
      expect(latestCompleted!.triggerTimestampMs).toBeGreaterThan(from!.restoreTimestampMs);
      expect(latestCompleted!.isSavepoint).toBe(false);
    }),
  );
});
