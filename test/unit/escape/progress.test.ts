import { describe, expect, it } from 'vitest';
import {
  budgetSentence,
  type EscapeProgress,
  progressMarkdown,
  type TierProgress,
  totalProgress,
} from '../../../model/move/progress.ts';

const startedAt = '2026-11-21T02:03:04.000Z';
const after = (seconds: number): number => Date.parse(startedAt) + seconds * 1_000;

function counts(overrides: Partial<TierProgress>): TierProgress {
  return { jobs: 0, waiting: 0, started: 0, running: 0, left: 0, failed: 0, ...overrides };
}

function escape(overrides: Partial<EscapeProgress> = {}): EscapeProgress {
  return {
    phase: 'waves',
    zone: 'az-a',
    clusters: ['az-a'],
    to: ['az-b'],
    incident: 'INC-1',
    startedAt,
    budgetSeconds: 600,
    tiers: { P0: counts({ jobs: 2, running: 2 }), P2: counts({ jobs: 5, waiting: 3, started: 1, failed: 1 }) },
    paused: false,
    note: '',
    reportKey: null,
    ...overrides,
  };
}

describe('totalProgress', () => {
  it('adds up the tiers', () => {
    expect(totalProgress(escape())).toEqual({ jobs: 7, waiting: 3, started: 1, running: 2, left: 0, failed: 1 });
  });
});

describe('budgetSentence', () => {
  it.each([
    [0, '10 m of the 10 m budget left'],
    [192.4, '6 m 48 s of the 10 m budget left'],
    [595.5, '5 s of the 10 m budget left'],
    [600, '0 s of the 10 m budget left'],
    [692, '1 m 32 s over the 10 m budget'],
    [-30, '10 m of the 10 m budget left'],
  ])('after %d s', (seconds, sentence) => {
    expect(budgetSentence(escape(), after(seconds))).toBe(sentence);
  });
});

describe('progressMarkdown', () => {
  it('has a headline, the time left and a table by tier', () => {
    const lines = progressMarkdown(escape(), after(192)).split('\n');
    expect(lines[0]).toBe('**az-a → az-b: 2 of 7 jobs run again** (starting jobs)');
    expect(lines).toContain('6 m 48 s of the 10 m budget left');
    expect(lines).toContain('| P0 | 2 | 0 | 0 | 2 | 0 | 0 |');
    expect(lines).toContain('| P2 | 5 | 3 | 1 | 0 | 0 | 1 |');
    expect(lines).toContain('| all | 7 | 3 | 1 | 2 | 0 | 1 |');
  });

  it('names what it waits for, and the report at the end', () => {
    expect(progressMarkdown(escape({ paused: true, note: 'Paused by mira.' }), after(1))).toMatch(
      /paused while starting jobs[\s\S]*> Paused by mira\./,
    );
    const done = progressMarkdown(escape({ phase: 'done', reportKey: 'reports/escape/x/report.json' }), after(900));
    expect(done).toContain('Report: reports/escape/x/report.json');
    expect(done).not.toContain('budget');
  });

  it('lets no name or note become markup or break the table', () => {
    const page = progressMarkdown(escape({ zone: 'a|b', note: '<b>x</b>\n| y |\n# z [l](http://x)' }), after(1));
    expect(page).toContain('a\\|b');
    expect(page).toContain('> \\<b\\>x\\</b\\> \\| y \\| \\# z \\[l\\](http://x)');
  });

  it('stays far below the 20 KB that Temporal keeps, whatever the note', () => {
    expect(progressMarkdown(escape({ note: '*'.repeat(100_000) }), after(1)).length).toBeLessThan(4_000);
  });
});
