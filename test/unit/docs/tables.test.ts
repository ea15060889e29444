/** The reference pages say what the tables in the code say: no more, no less, in the same words. */
import { describe, expect, test } from 'vitest';
import { isFinal } from '../../../jobs/run/early-end.ts';
import { failureClasses } from '../../../adapters/failure.ts';
import { parseConfig } from '../../../model/config/parse.ts';
import { settings } from '../../../model/config/settings.ts';
import { parseDurationMs } from '../../../model/duration.ts';
import { diagnosisCodes, type DiagnosisCode } from '../../../model/health/diagnosis/codes.ts';
import { findingCodes } from '../../../model/readiness/codes.ts';
import { stepNames } from '../../../model/report/schema.ts';
import { outcomeCodes } from '../../../model/outcome/codes.ts';
import { errorCodes } from '../../../model/error-codes.ts';
import { codeOf, readDocument, tableRows } from './documents.ts';
import { schemaSettings } from './schema-settings.ts';

/** An end of a range, moved by a number or by milliseconds. */
function valueOf(end: string, by: number): number | string {
  const ms = parseDurationMs(end);
  return ms === undefined ? Number(end) + by : `${ms + by}ms`;
}

/** A small good configuration with one setting more. */
function configWith(path: string, value: unknown): unknown {
  const zone = (peer: string) => ({
    peer,
    kubernetes: { kubeconfig: '/kubeconfig' },
    stores: { hdfs: { type: 'webhdfs', endpoint: 'http://namenode:9870', flinkUri: 'hdfs://namenode:8020' } },
  });
  const config = { zones: { 'az-a': zone('az-b'), 'az-b': zone('az-a') } };
  const names = path.replace('<zone>', 'az-a').replace('<tier>', 'P1').split('.');
  let place: Record<string, unknown> = config;
  for (const name of names.slice(0, -1)) place = (place[name] ??= {}) as Record<string, unknown>;
  place[names.at(-1)!] = value;
  return config;
}

type CodeTable = Record<string, { means: string; remedy: string }>;

/** As rows of a document, so that a failing test shows the line to write. */
function asRows(table: CodeTable): string[][] {
  return Object.entries(table).map(([code, { means, remedy }]) => [`\`${code}\``, means, remedy]);
}

describe.each([
  ['docs/errors.md', errorCodes as CodeTable],
  ['docs/diagnosis.md', diagnosisCodes as CodeTable],
  ['docs/outcomes.md', outcomeCodes as CodeTable],
  ['docs/findings.md', findingCodes as CodeTable],
])('%s', (path, table) => {
  test('has every code in the order and words of its table, and no other', () => {
    expect(tableRows(readDocument(path), ['code', 'what it means', 'what to do'])).toEqual(asRows(table));
  });
});

test('docs/report.md has every step and what it is spent on', () => {
  expect(tableRows(readDocument('docs/report.md'), ['step', 'what it is spent on'])).toEqual(
    Object.entries(stepNames).map(([name, about]) => [`\`${name}\``, about]),
  );
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
    expect(rows.map(([code]) => codeOf(code) ?? '').sort()).toEqual(Object.keys(diagnosisCodes).sort());
  });

  test.each(rows)('%s: %s', (cell, after) => {
    const code = codeOf(cell) as DiagnosisCode;
    if (after === 'the start deadline') {
      expect(isFinal({ code, mayPass: false }, 3_600_000)).toBe(false);
      return;
    }
    const afterMs = after === 'at once' ? 0 : Number(/^(\d+) s$/.exec(after)![1]) * 1000;
    expect(isFinal({ code, mayPass: false }, afterMs)).toBe(true);
    expect(isFinal({ code, mayPass: false }, afterMs - 1)).toBe(false);
  });
});

describe('docs/settings.md', () => {
  const rows = tableRows(readDocument('docs/settings.md'), ['setting', 'default', 'range', 'what it is for']);
  const documented = new Map(rows.map(([path, ...rest]) => [codeOf(path), rest]));

  test('has every setting of the schema once, and no other', () => {
    expect(rows.map(([path]) => codeOf(path) ?? '').sort()).toEqual([...schemaSettings().keys()].sort());
  });

  test.each([...schemaSettings()])('%s has the default that the schema gives it', (path, value) => {
    const text = value === undefined ? '' : `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
    expect(documented.get(path)?.[0]).toBe(text);
  });

  test.each(Object.values(settings))('$path is described in the words of the table of settings', (setting) => {
    expect(documented.get(setting.path)?.[2]).toBe(setting.about);
    expect(documented.get(setting.path)?.[0]).toBe(`\`${setting.default}\``);
  });

  const ranges = rows.flatMap(([path, , range]) => {
    const ends = /^(\S+) to (\S+)$/.exec(range!);
    return ends ? [{ path: codeOf(path)!, least: ends[1]!, most: ends[2]! }] : [];
  });

  test.each(ranges)('$path takes $least and $most, and nothing beyond', ({ path, least, most }) => {
    expect(parseConfig(configWith(path, valueOf(least, 0)))).toMatchObject({ ok: true });
    expect(parseConfig(configWith(path, valueOf(most, 0)))).toMatchObject({ ok: true });
    expect(parseConfig(configWith(path, valueOf(least, -1)))).toMatchObject({ ok: false });
    expect(parseConfig(configWith(path, valueOf(most, 1)))).toMatchObject({ ok: false });
  });

  test('a choice in the schema without a default has none in the document', () => {
    expect(schemaSettings().get('zones.<zone>.flinkRest.via')).toBe('service-proxy');
    expect(schemaSettings().get('zones.<zone>.peer')).toBeUndefined();
  });
});
