import { describe, expect, it } from 'vitest';
import { coloursFor } from '../../../cli/render/colour.ts';
import { escapeView } from '../../../cli/render/escape-view.ts';
import { textWidth } from '../../../cli/render/text-width.ts';
import type { EscapeProgress } from '../../../model/move/progress.ts';

const startedAt = '2026-11-21T02:03:04.000Z';
const nowMs = Date.parse(startedAt) + 192_400;

const running: EscapeProgress = {
  phase: 'waves',
  zone: 'az-a',
  clusters: ['az-a'],
  to: ['az-b'],
  incident: 'INC-1',
  startedAt,
  budgetSeconds: 600,
  tiers: {
    P0: { jobs: 10, waiting: 0, started: 0, running: 10, left: 0, failed: 0 },
    P2: { jobs: 600, waiting: 580, started: 10, running: 5, left: 3, failed: 2 },
  },
  paused: false,
  note: '',
  reportKey: null,
};

describe('escapeView', () => {
  it('shows the counts, the budget and a bar a tier', () => {
    expect(escapeView(running, { nowMs, width: 78 })).toEqual([
      'az-a → az-b  15 of 610 jobs run again  starting jobs',
      '3 m 12 s since the trigger, 6 m 48 s of the 10 m budget left',
      'P0  ████████████████████   10 of  10 running',
      'P2  █×▒░░░░░░░░░░░░░░░░░    5 of 600 running, 10 starting, 580 waiting, 3 left, 2 failed',
    ]);
  });

  it('says that it is paused, what it waits for and where the report is', () => {
    const lines = escapeView({ ...running, paused: true, note: 'Paused\x1b[2J by mira.' }, { nowMs });
    expect(lines[0]).toContain('paused while starting jobs');
    expect(lines.at(-1)).toBe('Paused\ufffd[2J by mira.');
    const done = escapeView({ ...running, phase: 'done', reportKey: 'reports/escape/x/report.json' }, { nowMs });
    expect(done.at(-1)).toBe('report  reports/escape/x/report.json');
    expect(done.join('\n')).not.toContain('budget');
  });

  it('shows something before anything is known', () => {
    const lines = escapeView({ ...running, phase: 'assess', to: [], tiers: {} }, { nowMs: Date.parse(startedAt) });
    expect(lines).toEqual(['az-a → …  reading what must run', '0 s since the trigger, 10 m of the 10 m budget left']);
  });

  it('is as wide with colours as without', () => {
    const plain = escapeView(running, { nowMs });
    const coloured = escapeView(running, { nowMs, colours: coloursFor({ isTTY: true }, {}) });
    expect(coloured).not.toEqual(plain);
    expect(coloured.map(textWidth)).toEqual(plain.map(textWidth));
  });
});
