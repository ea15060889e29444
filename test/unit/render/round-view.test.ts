import { describe, expect, it } from 'vitest';
import { roundView } from '../../../cli/render/round-view.ts';
import { roundProgressOf, type RoundProgress } from '../../../model/protect/round-progress.ts';

const copying: RoundProgress = {
  job: 'streaming/orders',
  stage: 'copying',
  files: { done: 12, total: 40 },
  bytes: { done: 1_700_000, total: 3_400_000 },
};

describe('the view of a round', () => {
  it('has a bar of bytes for a job that is copied, and words for the others, by name', () => {
    const underWay: RoundProgress[] = [{ job: 'streaming/users', stage: 'savepoint' }, copying];
    expect(roundView({ zone: 'az-a', jobs: 9, done: 4, underWay }, { width: 80 })).toEqual([
      'az-a: 4 of 9 jobs have a new recovery point or a reason',
      'streaming/orders  ███████░░░░░░░  1.7 of 3.4 MB, 12 of 40 files',
      'streaming/users   Flink writes its savepoint',
    ]);
  });

  it('shows a dozen of many, and fits into a terminal', () => {
    const underWay = Array.from({ length: 20 }, (_, n) => ({ ...copying, job: `streaming/${n}-${'x'.repeat(60)}` }));
    const lines = roundView({ zone: 'az-a', jobs: 1_000, done: 0, underWay }, { width: 100 });
    expect(lines).toHaveLength(14);
    expect(lines.at(-1)).toBe('and 8 more under way');
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(100);
  });
});

describe('a sign of life', () => {
  it('is read as it was told', () => {
    expect(roundProgressOf(structuredClone(copying))).toEqual(copying);
  });

  it.each([undefined, null, 'text', {}, { savepoint: 'abc' }, { job: 'a/b', stage: 'toString' }])(
    'is none: %j',
    (said) => {
      expect(roundProgressOf(said)).toBeUndefined();
    },
  );

  it('keeps what can be shown of one from another version', () => {
    expect(roundProgressOf({ job: 'a/b', stage: 'copying', files: '1 of 2' })).toEqual({
      job: 'a/b',
      stage: 'copying',
    });
  });
});
