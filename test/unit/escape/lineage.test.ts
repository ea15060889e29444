import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { lineageLevels, maxLevels, type Fed } from '../../../model/lineage/lineage.ts';

const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];

/** Any graph, circles and jobs that feed themselves or are not there included. */
const graph: fc.Arbitrary<Fed[]> = fc.uniqueArray(
  fc.record({
    key: fc.constantFrom(...names),
    upstream: fc.array(fc.constantFrom(...names, 'gone'), { maxLength: 4 }),
  }),
  { selector: ({ key }) => key },
);

/** Each job is fed only by jobs whose names come before its own: no circles. */
const acyclic = graph.map((jobs) =>
  jobs.map(({ key, upstream }) => ({ key, upstream: upstream.filter((u) => u < key) })),
);

const levelsOf = (jobs: Fed[]) => Object.fromEntries(lineageLevels(jobs).levels);

describe('lineage', () => {
  test('puts each job above all that feed it, and no higher than it must', () => {
    fc.assert(
      fc.property(acyclic, (jobs) => {
        const { levels, notes } = lineageLevels(jobs);
        expect(notes).toEqual([]);
        for (const { key, upstream } of jobs) {
          const feeders = upstream.flatMap((feeder) => levels.get(feeder) ?? []);
          expect(levels.get(key)).toBe(Math.max(-1, ...feeders) + 1);
        }
      }),
    );
  });

  test('gives every job a level without gaps, whatever circles there are', () => {
    fc.assert(
      fc.property(graph, (jobs) => {
        const levels = [...lineageLevels(jobs).levels.values()];
        expect(levels).toHaveLength(jobs.length);
        expect(new Set(levels)).toEqual(new Set(Array(new Set(levels).size).keys()));
      }),
    );
  });

  test('is broken only in circles, with one note for each edge that does not count', () => {
    fc.assert(
      fc.property(graph, (jobs) => {
        const { levels, notes } = lineageLevels(jobs);
        const unheeded = jobs.flatMap(({ key, upstream }) =>
          [...new Set(upstream)].filter((feeder) => levels.get(feeder)! >= levels.get(key)!).map((f) => `${key} ${f}`),
        );
        const noted = notes.map((note) => note.replace(/^.*: (\S+) does not wait for (\S+)$/, '$1 $2'));
        expect(noted).toEqual(expect.arrayContaining(unheeded));
        // What is noted lies in a circle: the feeder is itself fed, in the end, by the job that does not wait for it.
        for (const pair of noted) {
          const [job, feeder] = pair.split(' ') as [string, string];
          expect(reaches(jobs, job, feeder)).toBe(true);
        }
      }),
    );
  });

  test('is the same for the same jobs in any order', () => {
    fc.assert(
      fc.property(graph, graph, (jobs, order) => {
        const rank = (job: Fed) => order.findIndex(({ key }) => key === job.key);
        const turned = jobs
          .toSorted((a, b) => rank(a) - rank(b))
          .map(({ key, upstream }) => ({ key, upstream: upstream.toReversed() }));
        expect(levelsOf(turned)).toEqual(levelsOf(jobs));
        expect(lineageLevels(turned).notes).toEqual(lineageLevels(jobs).notes);
      }),
    );
  });

  test('tells a circle in the direction in which the data flows', () => {
    const jobs = [
      { key: 'b', upstream: ['a'] },
      { key: 'c', upstream: ['b'] },
      { key: 'a', upstream: ['c', 'source'] },
      { key: 'z', upstream: ['c'] },
      { key: 'source', upstream: [] },
    ];
    expect(lineageLevels(jobs).notes).toEqual(['a feeds b feeds c feeds a: a does not wait for c']);
    expect(levelsOf(jobs)).toEqual({ source: 0, a: 1, b: 2, c: 3, z: 4 });
  });

  test('tells a long circle in short', () => {
    const jobs = Array.from({ length: 1000 }, (_, at) => ({
      key: `j${1000 + at}`,
      upstream: [`j${1000 + ((at + 999) % 1000)}`],
    }));
    expect(lineageLevels(jobs).notes[0]).toBe(
      'j1000 feeds j1001 feeds j1002 feeds j1003 feeds 995 more feeds j1999 feeds j1000: j1000 does not wait for j1999',
    );
  });

  test('ends a chain that is too deep in one level', () => {
    const key = (index: number) => `job-${String(index).padStart(3, '0')}`;
    const jobs = Array.from({ length: 50 }, (_, index) => ({
      key: key(index),
      upstream: index === 0 ? [] : [key(index - 1)],
    }));
    const { levels, notes } = lineageLevels(jobs);
    expect(levels.get(key(maxLevels - 1))).toBe(maxLevels - 1);
    expect(levels.get(key(49))).toBe(maxLevels - 1);
    expect(notes).toHaveLength(1);
  });
});

/** Does data of `from` come to `to`? */
function reaches(jobs: Fed[], from: string, to: string): boolean {
  const seen = new Set([from]);
  for (const key of seen) {
    for (const job of jobs) if (job.upstream.includes(key)) seen.add(job.key);
  }
  return seen.has(to);
}
