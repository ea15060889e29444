import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { complaintsAboutEscapeInput, idPart } from '../../../model/inputs/escape-input.ts';
import { complaintsAboutProtectInput } from '../../../model/inputs/protect-input.ts';

describe('the input of an escape', () => {
  test('needs nothing but the zone', () => {
    expect(complaintsAboutEscapeInput({ zone: 'az-a' })).toEqual([]);
  });

  test('may name everything', () => {
    const all = {
      zone: 'az-a',
      cluster: 'az-a-blue',
      incident: 'INC-7',
      dryRun: true,
      tiers: ['P0', 'P3'],
      namespaces: ['default', 'payments'],
      lostAt: '2026-11-21T03:00:00Z',
      budget: '10m',
      selector: 'team in (payments,billing),env!=dev',
      jobs: ['payments/orders'],
      approval: 'required',
      by: 'anna',
      via: 'cli',
    };
    expect(complaintsAboutEscapeInput(all)).toEqual([]);
  });

  test('is told all its mistakes at once', () => {
    const wrong = { zone: '', dryRun: 'yes', tiers: ['P9'], budget: 10, zones: ['az-a'] };
    const complaints = complaintsAboutEscapeInput(wrong);
    expect(complaints).toHaveLength(5);
    for (const field of Object.keys(wrong)) expect(complaints.join('; ')).toContain(`"${field}"`);
  });

  test.each([[undefined], [null], ['az-a'], [7], [[]], [[{ zone: 'az-a' }]]])('%j is no input', (input) => {
    expect(complaintsAboutEscapeInput(input)).toHaveLength(1);
    expect(complaintsAboutProtectInput(input)).toHaveLength(1);
  });

  test.each<[Record<string, unknown>]>([
    [{ incident: '' }],
    [{ cluster: '' }],
    [{ cluster: ['az-a-blue'] }],
    [{ incident: 'x'.repeat(201) }],
    [{ tiers: [] }],
    [{ tiers: 'P0' }],
    [{ namespaces: 'default' }],
    [{ namespaces: [''] }],
    [{ lostAt: 'noon' }],
    [{ budget: '0s' }],
    [{ budget: '10' }],
    [{ approval: false }],
    [{ selector: 'team in payments' }],
    [{ selector: ['team=a'] }],
    [{ jobs: ['orders'] }],
    [{ jobs: Array.from({ length: 501 }, (_, index) => `a/${index}`) }],
    [{ by: 7 }],
    [{ toString: 'x' }],
  ])('%j is told', (field) => {
    const complaints = complaintsAboutEscapeInput({ zone: 'az-a', ...field });
    expect(complaints).toHaveLength(1);
    expect(complaints[0]).toContain(`"${Object.keys(field)[0]}"`);
  });

  test('never breaks the check, whatever it is', () => {
    fc.assert(
      fc.property(fc.anything(), (input) => {
        for (const complaint of complaintsAboutEscapeInput(input)) expect(complaint).not.toBe('');
      }),
    );
  });
});

describe('a part of an id', () => {
  test('is a safe name of a folder, whatever the incident is called', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300, unit: 'grapheme' }), (text) => {
        expect(idPart(text)).toMatch(/^(?![-.])[A-Za-z0-9._-]{1,109}$/);
      }),
    );
    expect(idPart('INC-7')).toBe('INC-7');
    expect(idPart('../../etc')).toMatch(/^etc-[0-9a-f]{8}$/);
    expect(idPart('INC 7 / west')).toMatch(/^INC-7-west-[0-9a-f]{8}$/);
    expect(idPart('!!!')).toMatch(/^[0-9a-f]{8}$/);
    const alike = ['INC 7', 'INC-7', 'INC/7', 'x'.repeat(101), `${'x'.repeat(100)}y`];
    expect(new Set(alike.map(idPart)).size).toBe(alike.length);
  });
});

describe('the input of a round of protection', () => {
  test('names jobs as namespace/name', () => {
    expect(complaintsAboutProtectInput({ zone: 'az-a', jobs: ['default/orders'] })).toEqual([]);
    expect(complaintsAboutProtectInput({ zone: 'az-a', jobs: ['orders'] })).toHaveLength(1);
    expect(complaintsAboutProtectInput({ zone: 'az-a', jobs: [] })).toHaveLength(1);
    expect(complaintsAboutProtectInput({ job: 'default/orders' })).toHaveLength(2);
  });
});
