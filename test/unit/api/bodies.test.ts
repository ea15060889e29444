import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { complaintsAboutEscapeInput } from '../../../model/inputs/escape-input.ts';
import { complaintsAboutProtectInput } from '../../../model/inputs/protect-input.ts';
import { parseBody, requireJson } from '../../../api/body.ts';
import { escapeBody, inputOf, protectionBody } from '../../../api/schemas.ts';

/** What is wrong with a body, in words; empty when it is fine. */
function complaint(schema: typeof escapeBody | typeof protectionBody, body: unknown): string {
  try {
    parseBody<unknown>(schema, Buffer.from(JSON.stringify(body)));
    return '';
  } catch (error) {
    return (error as Error).message;
  }
}

/** Good and bad values of every field, mixed. */
const anyEscape = fc.record(
  {
    incident: fc.constantFrom<unknown>('INC-7', '', 'x'.repeat(201), 7, null),
    cluster: fc.constantFrom<unknown>('az-a-blue', '', 'x'.repeat(201), 7, null),
    dryRun: fc.constantFrom<unknown>(true, false, 'yes', null),
    tiers: fc.constantFrom<unknown>(['P0', 'P3'], ['P9'], [], 'P0', null),
    namespaces: fc.constantFrom<unknown>(['default'], [''], [], 'default', null),
    lostAt: fc.constantFrom<unknown>('2026-11-21T03:00:00Z', 'noon', 5, null),
    budget: fc.constantFrom<unknown>('10m', '0s', '10', 10, null),
    selector: fc.constantFrom<unknown>('team=a', 'a in (b,c),!d', '', 'a=b=c', 'x'.repeat(1_001), 7, null),
    jobs: fc.constantFrom<unknown>(['default/a'], ['a'], [], ['a/b/c'], ['a/b', 7], 'default/a', null),
    approval: fc.constantFrom<unknown>(true, 'required', false, 'none', null),
    tier: fc.constantFrom<unknown>('P0'),
  },
  { requiredKeys: [] },
);

describe('the body that asks for an escape', () => {
  test('is refused exactly when the workflow would refuse it', () => {
    fc.assert(
      fc.property(anyEscape, (body) => {
        const fromWorkflow = complaintsAboutEscapeInput({ zone: 'az-a', ...body });
        expect(complaint(escapeBody, body) === '').toBe(fromWorkflow.length === 0);
      }),
    );
  });

  test('is told every mistake by its field', () => {
    const wrong = { zone: 'az-b', by: 'me', dryRun: 'yes', tiers: ['P9'], budget: 10 };
    expect(complaint(escapeBody, wrong).split('; ').toSorted()).toEqual([
      '"budget" must be a text of 1 to 200 characters',
      '"by" is not a field',
      '"dryRun" must be true or false',
      '"tiers.0" must be P0, P1, P2 or P3',
      '"zone" is not a field',
    ]);
    for (const body of [[], 'az-a', null, 7])
      expect(complaint(escapeBody, body)).toBe('the body must be one JSON object');
  });

  test('keeps what was given and nothing else', () => {
    expect(inputOf({ tiers: ['P0'], budget: undefined })).toEqual({ tiers: ['P0'] });
  });
});

test('the body that asks for protection is refused exactly when the workflow would refuse it', () => {
  const jobs = fc.constantFrom<unknown>(['default/orders'], ['orders'], ['a/b/c'], [], 'default/orders', [7]);
  const tiers = fc.constantFrom<unknown>(['P0', 'P3'], ['P9'], [], 'P0', null);
  fc.assert(
    fc.property(fc.record({ jobs, tiers, job: fc.constant('x') }, { requiredKeys: [] }), (body) => {
      const fromWorkflow = complaintsAboutProtectInput({ zone: 'az-a', ...body });
      expect(complaint(protectionBody, body) === '').toBe(fromWorkflow.length === 0);
    }),
  );
});

test('a body that is not JSON is told so', () => {
  expect(() => parseBody(escapeBody, Buffer.from('{"dryRun": tr'))).toThrow('the body is not valid JSON');
  expect(() => requireJson('text/plain')).toThrow('another Content-Type');
  expect(() => requireJson(undefined)).toThrow('no Content-Type');
  expect(() => requireJson('application/jsonp')).toThrow('another Content-Type');
  for (const good of ['application/json', 'Application/JSON; charset=utf-8'])
    expect(() => requireJson(good)).not.toThrow();
});
