import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createProgress } from '../../../cli/render/progress.ts';
import { Screen } from './screen.ts';

describe('progress on a terminal', () => {
  it('redraws in place, prints log lines above and leaves the last lines', () => {
    const screen = new Screen();
    const progress = createProgress(screen, { env: {} });
    progress.update(['one', 'two', 'three']);
    progress.log('said');
    progress.update(['1']);
    progress.log('said again');
    progress.update(['1', '2']);
    progress.done();
    screen.write('after\n');
    expect(screen.lines).toEqual(['said', 'said again', '1', '2', 'after']);
  });

  it('shows the log and the newest lines after any history', () => {
    const line = fc.stringMatching(/^[a-z ]{0,20}[a-z]$/);
    const action = fc.oneof(
      fc.record({ update: fc.array(line, { minLength: 1, maxLength: 6 }) }),
      fc.record({ log: line }),
    );
    fc.assert(
      fc.property(fc.array(action), (actions) => {
        const screen = new Screen();
        const progress = createProgress(screen, { env: {} });
        const logged: string[] = [];
        let block: string[] = [];
        for (const step of actions) {
          if ('log' in step) {
            progress.log(step.log);
            logged.push(step.log);
          } else {
            progress.update(step.update);
            block = step.update;
          }
        }
        const wanted = [...logged, ...block];
        expect(screen.lines).toEqual(wanted.length === 0 ? [''] : wanted);
      }),
    );
  });

  it('writes nothing when nothing changed, and only the line that did', () => {
    const screen = new Screen();
    const progress = createProgress(screen, { env: {} });
    progress.update(['steady line', 'count 1']);
    progress.update(['steady line', 'count 1']);
    expect(screen.writes).toHaveLength(1);
    progress.update(['steady line', 'count 2']);
    expect(screen.writes).toHaveLength(2);
    expect(screen.writes[1]).toContain('count 2');
    expect(screen.writes[1]).not.toContain('steady');
  });

  it('cuts lines to the width and the block to the height of the window', () => {
    const screen = new Screen(10, 4);
    const progress = createProgress(screen, { env: {} });
    progress.update(['a very long line', 'b', 'c', 'd', 'e']);
    progress.update(['a very long line', 'b', 'C', 'd', 'e']);
    expect(screen.lines).toEqual(['a very l…', 'b', 'C']);
  });

  it('takes a terminal without a size for one of 80 columns', () => {
    const screen = new Screen(80, 24);
    const sizeless = { isTTY: true, columns: 0, rows: 0, write: (text: string) => screen.write(text) };
    const progress = createProgress(sizeless, { env: {} });
    progress.update(['a line', 'another']);
    progress.update(['a line', 'the other']);
    expect(screen.lines).toEqual(['a line', 'the other']);
  });

  it('clears lines that a window made narrower has wrapped', () => {
    const screen = new Screen(40, 24);
    const progress = createProgress(screen, { env: {} });
    progress.update(['x'.repeat(30), 'b']);
    screen.columns = 20;
    progress.update(['y', 'b']);
    expect(screen.writes[1]).toContain('\x1b[3A\r\x1b[J');
  });

  it('shows no colour under NO_COLOR, though it still redraws', () => {
    const screen = new Screen();
    const progress = createProgress(screen, { env: { NO_COLOR: '1' } });
    progress.update(['\x1b[31mred\x1b[39m']);
    progress.log('\x1b[31mred\x1b[39m');
    // oxlint-disable-next-line no-control-regex
    expect(screen.writes.join('')).not.toMatch(/\x1b\[\d+m/);
    expect(screen.lines).toEqual(['red', 'red']);
  });
});

describe('progress elsewhere', () => {
  function plain(stream: { isTTY?: boolean } = {}, env: Record<string, string> = {}) {
    const written: string[] = [];
    const clock = { nowMs: 0 };
    const out = { ...stream, write: (text: string) => written.push(text) };
    return { written, clock, progress: createProgress(out, { env, nowMs: () => clock.nowMs }) };
  }

  it('prints changed lines only, at most every 5 s, and the last ones at the end', () => {
    const { written, clock, progress } = plain();
    progress.update(['head', 'count 1']);
    clock.nowMs = 4_999;
    progress.update(['head', 'count 2']);
    clock.nowMs = 5_000;
    progress.update(['head', 'count 3']);
    clock.nowMs = 60_000;
    progress.update(['head', 'count 3']);
    clock.nowMs = 60_001;
    progress.update(['head', 'count 4']);
    progress.log('said');
    clock.nowMs = 60_002;
    progress.update(['head', 'count 5']);
    progress.done();
    expect(written).toEqual(['head\ncount 1\n', 'count 3\n', 'count 4\n', 'said\n', 'count 5\n']);
  });

  it('holds on a terminal that is dumb, too', () => {
    const { written, progress } = plain({ isTTY: true }, { TERM: 'dumb' });
    progress.update(['head']);
    expect(written).toEqual(['head\n']);
  });
});
