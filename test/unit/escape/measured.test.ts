import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  measureEscape,
  readMeasures,
  speedsFrom,
  withMeasure,
  type EscapeMeasure,
} from '../../../model/report/measured.ts';
import { assembleReport } from '../../../model/report/assemble.ts';
import type { Report } from '../../../model/report/schema.ts';
import { sampleInput, sampleJob, samplePreempted, sampleStart } from '../../builders/report.ts';

/** Jobs that start so many a second, and run after 1, 2, 3 … seconds. */
function report(jobs: number, rate: number, more: Partial<Report> = {}): Report {
  const at = (seconds: number) => new Date(Date.parse(sampleStart) + seconds * 1000).toISOString();
  const lines = Array.from({ length: jobs }, (_, index) =>
    sampleJob({
      name: `job-${index}`,
      steps: [
        { name: 'schedule', startedAt: at(index / rate), seconds: 0 },
        { name: 'restore', startedAt: at(index / rate), seconds: index + 1 },
      ],
    }),
  );
  return assembleReport(sampleInput({ jobs: lines, ...more }));
}

const settings = { startsPerSecond: 20, timeToRunSeconds: 60, makeRoomSeconds: 30 };
const measure = (more: Partial<EscapeMeasure>): EscapeMeasure => ({
  id: 'a',
  finishedAt: sampleStart,
  startsPerSecond: null,
  timeToRunSeconds: null,
  makeRoomSeconds: null,
  ...more,
});

describe('what an escape shows', () => {
  test('is its rate of starts, and what 9 of 10 jobs took at most', () => {
    const preempted = [1, 2, 3, 4, 5].map((seconds) => samplePreempted({ seconds }));
    expect(measureEscape(report(100, 40, { preempted }))).toEqual({
      id: 'escape-az-a-20261121T020304Z',
      finishedAt: expect.any(String),
      startsPerSecond: 40,
      timeToRunSeconds: 90,
      makeRoomSeconds: 5,
    });
  });

  test('is nothing with too few jobs, in a dry run or a planned move', () => {
    expect(measureEscape(report(4, 1))).toBeUndefined();
    expect(measureEscape(report(19, 1))).toMatchObject({ startsPerSecond: null, timeToRunSeconds: 18 });
    expect(measureEscape(report(100, 1, { dryRun: true }))).toBeUndefined();
    expect(measureEscape({ ...report(100, 1), kind: 'relocate' })).toBeUndefined();
  });

  test('leaves out jobs that did not come up', () => {
    const all = report(40, 10);
    const jobs = all.jobs.map((job) => (job.steps[1]!.seconds > 10 ? { ...job, outcome: 'failed' as const } : job));
    expect(measureEscape({ ...all, jobs })).toMatchObject({ startsPerSecond: 10, timeToRunSeconds: 9 });
  });
});

describe('the speeds of a forecast', () => {
  test('are the settings before anything was measured', () => {
    expect(speedsFrom('az-b', [], settings)).toEqual({
      speeds: settings,
      from: 'forecast with 20 starts a second (by the settings), 1 m until a job runs (by the settings); no escape into az-b was measured yet',
    });
  });

  test('are the slowest measured ones, each by itself', () => {
    const measures = [
      measure({ id: 'a', startsPerSecond: 80, timeToRunSeconds: 25 }),
      measure({ id: 'b', timeToRunSeconds: 41 }),
      measure({ id: 'c', startsPerSecond: 50.5 }),
    ];
    const { speeds, from } = speedsFrom('az-b', measures, settings);
    expect(speeds).toEqual({ startsPerSecond: 50.5, timeToRunSeconds: 41, makeRoomSeconds: 30 });
    expect(from).toBe(
      'forecast with 50.5 starts a second (measured), 41 s until a job runs (measured); 3 escapes into az-b measured',
    );
    const some = speedsFrom('az-b', [measure({ timeToRunSeconds: 41 })], settings);
    expect(some.from).toContain(
      '20 starts a second (by the settings), 41 s until a job runs (measured); 1 escape into',
    );
  });
});

test('the newest five are kept, each escape once, however often it is written', () => {
  let kept: EscapeMeasure[] = [];
  for (const minute of [3, 1, 7, 5, 9, 8, 7]) {
    kept = withMeasure(kept, measure({ id: `e${minute}`, finishedAt: `2026-11-21T02:0${minute}:00.000Z` }));
  }
  expect(kept.map(({ id }) => id)).toEqual(['e9', 'e8', 'e7', 'e5', 'e3']);
  expect(readMeasures(JSON.stringify(kept))).toEqual(kept);
});

test('whatever lies there instead is no measure', () => {
  const value = fc.jsonValue().map((one) => JSON.stringify([one]));
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json(), value), (text) => {
      expect(readMeasures(text)).toEqual([]);
    }),
  );
  expect(readMeasures(JSON.stringify([measure({ timeToRunSeconds: -1 }), measure({ id: 'ok' })]))).toHaveLength(1);
});
