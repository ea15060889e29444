/** The reference pages say what the tables in the code say: no more, no less, in the same words. */
import { describe, expect, test } from 'vitest';
import { isFinal } from '../../../activities/escape/early-end.ts';
import { failureClasses } from '../../../activities/failure.ts';
import { settings } from '../../../model/config/settings.ts';
import { diagnosisCodes, type DiagnosisCode } from '../../../model/diagnosis/codes.ts';
import { errorCodes } from '../../../model/error-codes.ts';
import { codeOf, readDocument, tableRows } from './documents.ts';
import { schemaSettings } from './schema-settings.ts';

type CodeTable = Record<string, { means: string; remedy: string }>;

/** As rows of a document, so that a failing test shows the line to write. */
function asRows(table: CodeTable): string[][] {
  return Object.entries(table).map(([code, { means, remedy }]) => [`\`${code}\``, means, remedy]);
}

describe.each([
  ['docs/errors.md', errorCodes as CodeTable],
  ['docs/diagnosis.md', diagnosisCodes as CodeTable],
])('%s', (path, table) => {
  test('has every code in the order and words of its table, and no other', () => {
    expect(tableRows(readDocument(path), ['code', 'what it means', 'what to do'])).toEqual(asRows(table));
  });
});

test('docs/errors.md has every class of outside failure and whether it is tried again', () => {
  const rows = tableRows(readDocument('docs/errors.md'), ['class', 'what happened', 'tried again']);
  const documented = rows.map(([name, , again]) => [codeOf(name), again]);
  const real = Object.entries(failureClasses).map(([name, { retryable }]) => [name, retryable ? 'yes' : 'no']);
  expect(documented).toEqual(real);
});

describe('docs/diagnosis.md, how long the escape waits', () => {
  const rows = tableRows(readDocument('docs/diagnosis.md'), ['code', 'final after its start by']);

  test('has every code', () => {
    expect(rows.map(([code]) => codeOf(code)).sort()).toEqual(Object.keys(diagnosisCodes).sort());
  });

  test.each(rows)('%s: %s', (cell, after) => {
    const code = codeOf(cell) as DiagnosisCode;
    if (after === 'the start deadline') {
      expect(isFinal(code, 3_600_000)).toBe(false);
      return;
    }
    const afterMs = after === 'at once' ? 0 : Number(/^(\d+) s$/.exec(after!)![1]) * 1000;
    expect(isFinal(code, afterMs)).toBe(true);
    expect(isFinal(code, afterMs - 1)).toBe(false);
  });
});

describe('docs/settings.md', () => {
  const rows = tableRows(readDocument('docs/settings.md'), ['setting', 'default', 'range', 'what it is for']);
  const documented = new Map(rows.map(([path, ...rest]) => [codeOf(path), rest]));

  test('has every setting of the schema once, and no other', () => {
    expect(rows.map(([path]) => codeOf(path)).sort()).toEqual([...schemaSettings().keys()].sort());
  });

  test.each([...schemaSettings()])('%s has the default that the schema gives it', (path, value) => {
    const text = value === undefined ? '' : `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
    expect(documented.get(path)?.[0]).toBe(text);
  });

  test.each(Object.values(settings))('$path is described in the words of the table of settings', (setting) => {
    expect(documented.get(setting.path)?.[2]).toBe(setting.about);
    expect(documented.get(setting.path)?.[0]).toBe(`\`${setting.default}\``);
  });

  test('a choice in the schema without a default has none in the document', () => {
    expect(schemaSettings().get('zones.<zone>.flinkRest.via')).toBe('service-proxy');
    expect(schemaSettings().get('zones.<zone>.peer')).toBeUndefined();
  });
});
