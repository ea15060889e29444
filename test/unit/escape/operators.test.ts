import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { escapeView } from '../../../cli/render/escape-view.ts';
import { actSentence, complaintsAboutNote, operatorActs, standingSentences } from '../../../model/move/operators.ts';
import { type EscapeProgress, progressMarkdown } from '../../../model/move/progress.ts';

describe('what comes with an act', () => {
  test('needs who acts, and what it is about', () => {
    expect(complaintsAboutNote({ by: 'anna' })).toEqual([]);
    expect(complaintsAboutNote({ by: 'anna', job: 'default/a' }, 'job')).toEqual([]);
    expect(complaintsAboutNote({ by: 'anna', tier: 'P3' }, 'tier')).toEqual([]);
    expect(complaintsAboutNote({ job: 'default' }, 'job').join('; ')).toMatch(/^"by" must be .*; "job" must be /);
    expect(complaintsAboutNote({ by: 'x'.repeat(201), tier: 'P9' }, 'tier')).toHaveLength(2);
    for (const none of [undefined, null, 'anna', []]) expect(complaintsAboutNote(none)).toHaveLength(1);
  });

  test('never breaks the check, whatever it is', () => {
    fc.assert(
      fc.property(fc.anything(), (note) => {
        for (const complaint of complaintsAboutNote(note, 'job', 'tier')) expect(complaint).not.toBe('');
      }),
    );
  });
});

describe('what stands', () => {
  const progress: EscapeProgress = {
    phase: 'approve',
    zone: 'az-a',
    clusters: ['az-a'],
    to: ['az-b'],
    incident: 'INC-1',
    startedAt: '2026-11-21T03:00:00.000Z',
    budgetSeconds: 600,
    tiers: {},
    paused: false,
    note: '',
    reportKey: null,
    approval: { until: '2026-11-21T03:15:00.000Z', jobs: 1, left: 3, by: null },
    held: [{ tier: 'P3', by: 'otto' }],
    skipped: Array.from({ length: 7 }, (_, index) => ({ job: `default/j${index}`, by: 'otto' })),
  };

  test('is told in the view and in the details of the Temporal UI', () => {
    const sentences = standingSentences(progress);
    expect(sentences).toEqual([
      'nothing is changed before somebody approves, until 2026-11-21T03:15:00.000Z: 1 job would start, 3 would be left',
      'P3 is held by otto',
      'skipped: default/j0 (otto), default/j1 (otto), default/j2 (otto), default/j3 (otto), default/j4 (otto) and 2 more',
    ]);
    const nowMs = Date.parse(progress.startedAt);
    expect(escapeView(progress, { nowMs })).toEqual(expect.arrayContaining(sentences));
    for (const sentence of sentences) expect(progressMarkdown(progress, nowMs)).toContain(`**${sentence}**`);
  });

  test('says who approved, and nothing where nothing was told', () => {
    expect(standingSentences({ approval: { ...progress.approval!, by: 'anna' } })).toEqual(['approved by anna']);
    expect(standingSentences({})).toEqual([]);
  });
});

test.each(operatorActs)('%s is a sentence', (act) => {
  expect(actSentence({ at: '', by: 'anna', act, subject: 'P1' })).toMatch(/^(P1 )?(held|[a-z]+ed) by anna$/);
});
