import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { diagnosisCodes, type DiagnosisCode } from '../../../model/health/diagnosis/codes.ts';
import { fallbackOf, withFallback } from '../../../model/move/fallback.ts';
import { nextRung, type Rung } from '../../../model/move/ladder.ts';
import { annotations } from '../../../model/job/marks.ts';

describe('the next rung', () => {
  test('of a damaged snapshot is an older one, three times at most', () => {
    expect(nextRung('snapshot-file-missing', [])).toBe('older');
    expect(nextRung('snapshot-data-corrupt', ['older', 'older'])).toBe('older');
    expect(nextRung('snapshot-metadata-corrupt', ['older', 'older', 'older'])).toBeUndefined();
  });

  test('of a job that restored something else is the same start once more', () => {
    expect(nextRung('wrong-path-restored', [])).toBe('again');
    expect(nextRung('wrong-path-restored', ['again'])).toBeUndefined();
  });

  test('of a job that fails by itself is what its owner allows, once', () => {
    expect(nextRung('restart-loop', ['older'])).toBe('fallback');
    expect(nextRung('out-of-memory', ['fallback'])).toBeUndefined();
  });

  test.each(['unschedulable', 'image-pull', 'unknown'] as const)('of %s is none: no start of ours mends it', (code) => {
    expect(nextRung(code, [])).toBeUndefined();
  });

  test('always ends, whatever is seen after each start', () => {
    const codes = Object.keys(diagnosisCodes) as DiagnosisCode[];
    fc.assert(
      fc.property(fc.infiniteStream(fc.constantFrom(...codes)), (seen) => {
        const climbed: Rung[] = [];
        for (const code of seen) {
          const rung = nextRung(code, climbed);
          if (!rung) break;
          climbed.push(rung);
          expect(climbed.length).toBeLessThanOrEqual(5);
        }
      }),
    );
  });
});

describe('the settings that an owner allows', () => {
  const read = (text: string) => fallbackOf({ [annotations.fallback]: text });

  test('are Flink settings and the leave to drop state', () => {
    const text = '{"allowNonRestoredState": true, "flinkConfiguration": {"taskmanager.memory.process.size": "4g"}}';
    const { fallback } = read(text);
    const spec = { flinkConfiguration: { a: '1', 'taskmanager.memory.process.size': '1g' }, job: { parallelism: 2 } };
    expect(withFallback(spec, fallback!)).toEqual({
      flinkConfiguration: { a: '1', 'taskmanager.memory.process.size': '4g' },
      job: { parallelism: 2, allowNonRestoredState: true },
    });
  });

  test('leave allowNonRestoredState alone where they do not name it', () => {
    const { fallback } = read('{"flinkConfiguration": {"b": "2"}}');
    expect(withFallback({ job: { allowNonRestoredState: false } }, fallback!).job).toEqual({
      allowNonRestoredState: false,
    });
  });

  test('are none without the annotation', () => {
    expect(fallbackOf({})).toEqual({});
  });

  test.each([
    ['more memory', 'is not JSON'],
    ['{}', 'names no setting'],
    ['{"parallelism": 4}', 'Unrecognized key: "parallelism"'],
    ['{"flinkConfiguration": {"a": 1}}', 'flinkConfiguration a Invalid input'],
  ])('are told in words when they are %s', (text, words) => {
    const { fallback, bad } = read(text);
    expect(fallback).toBeUndefined();
    expect(bad).toContain(words);
    expect(bad).toContain('az-escape.io/fallback');
  });
});
