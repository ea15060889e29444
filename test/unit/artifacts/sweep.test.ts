import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { copiesAmong, copiesNamedIn, planSweep, type SweepQuestion } from '../../../model/artifacts/sweep.ts';

const digest = (letter: string) => letter.repeat(64);
const hourMs = 3_600_000;
const nowMs = Date.UTC(2026, 10, 21);

function question(changes: Partial<SweepQuestion>): SweepQuestion {
  return {
    copies: [],
    marksMs: new Map(),
    named: new Set(),
    nowMs,
    orphanAgeMs: 6 * hourMs,
    markAgeMs: hourMs,
    ...changes,
  };
}

const copy = (letter: string, ageMs: number) => ({
  sha256: digest(letter),
  files: [{ key: `artifacts/sha256/${digest(letter)}/a.jar`, sizeBytes: 3 }],
  writtenMs: nowMs - ageMs,
});

describe('copies of jars', () => {
  test('that somebody names stay, however old', () => {
    const copies = [copy('a', 900 * hourMs)];
    const marksMs = new Map([[digest('a'), nowMs - 900 * hourMs]]);
    const plan = planSweep(question({ copies, marksMs, named: new Set([digest('a')]) }));
    expect(plan).toEqual({ mark: [], unmark: [digest('a')], remove: [] });
  });

  test('that nobody names are marked when they are old, and go when the mark is', () => {
    const copies = [copy('a', 7 * hourMs), copy('b', hourMs), copy('c', 9 * hourMs), copy('d', 9 * hourMs)];
    const marksMs = new Map([
      [digest('c'), nowMs - hourMs + 1],
      [digest('d'), nowMs - hourMs],
    ]);
    const plan = planSweep(question({ copies, marksMs }));
    expect(plan.mark).toEqual([copies[0]]);
    expect(plan.remove).toEqual([copies[3]]);
    expect(plan.unmark).toEqual([]);
  });

  test('that are gone, or were written anew, lose their mark', () => {
    const marksMs = new Map([
      [digest('a'), nowMs - 9 * hourMs],
      [digest('b'), nowMs - 9 * hourMs],
    ]);
    const plan = planSweep(question({ copies: [copy('b', 0)], marksMs }));
    expect(plan).toEqual({ mark: [], unmark: [digest('a'), digest('b')], remove: [] });
  });

  test('are found in any text that names them', () => {
    const text = JSON.stringify({ spec: { x: `get s3://b/p/artifacts/sha256/${digest('a')}/a.jar /x` }, schema: 99 });
    expect(copiesNamedIn(text)).toEqual([digest('a')]);
    expect(copiesNamedIn(`artifacts/sha256/${digest('a')}`)).toEqual([]);
    expect(copiesNamedIn('artifacts/sha256/abc/a.jar')).toEqual([]);
  });

  test('under one digest are one, with the youngest of its files', () => {
    const modifiedAt = (ms: number) => new Date(ms);
    const copies = copiesAmong([
      { key: `artifacts/sha256/${digest('a')}/a.jar`, sizeBytes: 3, modifiedAt: modifiedAt(5) },
      { key: `artifacts/sha256/${digest('a')}/b.jar`, sizeBytes: 3, modifiedAt: modifiedAt(9) },
      { key: 'artifacts/sha256/readme', sizeBytes: 3, modifiedAt: modifiedAt(9) },
    ]);
    expect(copies).toMatchObject([{ sha256: digest('a'), writtenMs: 9, files: [{}, {}] }]);
  });

  test('whatever there is: only what nobody names goes, and only under an old mark; what is decided is decided once', () => {
    const letters = fc.constantFrom('a', 'b', 'c', 'd', 'e');
    const ageMs = fc.integer({ min: -hourMs, max: 20 * hourMs });
    const questions = fc.record({
      ages: fc.dictionary(letters, ageMs),
      marks: fc.dictionary(letters, ageMs),
      named: fc.array(letters),
    });
    fc.assert(
      fc.property(questions, ({ ages, marks, named }) => {
        const copies = Object.entries(ages).map(([letter, age]) => copy(letter, age));
        const marksMs = new Map(Object.entries(marks).map(([letter, age]) => [digest(letter), nowMs - age]));
        const asked = question({ copies, marksMs, named: new Set(named.map(digest)) });
        const plan = planSweep(asked);
        for (const { sha256 } of plan.remove) {
          expect(asked.named.has(sha256)).toBe(false);
          expect(nowMs - marksMs.get(sha256)!).toBeGreaterThanOrEqual(hourMs);
          expect(plan.unmark).not.toContain(sha256);
        }
        for (const { sha256 } of plan.mark) expect(marksMs.has(sha256)).toBe(false);
        const left = copies.filter((one) => !plan.remove.includes(one));
        const after = new Map([...marksMs].filter(([sha256]) => !plan.unmark.includes(sha256)));
        for (const { sha256 } of plan.remove) after.delete(sha256);
        for (const { sha256 } of plan.mark) after.set(sha256, nowMs);
        expect(planSweep({ ...asked, copies: left, marksMs: after })).toEqual({ mark: [], unmark: [], remove: [] });
      }),
    );
  });
});
