import { afterEach, describe, expect, test, vi } from 'vitest';
import type { ApiConfig, ApiRole } from '../../../model/config/types.ts';
import { decide, loadTokens } from '../../../api/tokens.ts';

const values = { anna: 'anna-0123456789abcdef', otto: 'otto-0123456789abcdef', vera: 'vera-0123456789abcdef' };

function configured(roles: Record<string, ApiRole>): ApiConfig {
  const tokens = Object.entries(roles).map(([name, role]) => ({ name, role, token: { env: `TOKEN_${name}` } }));
  return { listen: '127.0.0.1:0', tokens, hooks: {} };
}

afterEach(() => void vi.unstubAllEnvs());

function holding(given: Record<string, string>): void {
  for (const [name, value] of Object.entries(given)) vi.stubEnv(`TOKEN_${name}`, value);
}

describe('the tokens', () => {
  test('must be there: an API that nobody may call does not start', async () => {
    await expect(loadTokens(configured({}))).rejects.toMatchObject({ code: 'ApiClosed' });
  });

  test('must be readable, long and different, and are never repeated in words', async () => {
    await expect(loadTokens(configured({ anna: 'view' }))).rejects.toThrow(/TOKEN_anna is not set/);
    holding({ anna: 'short-secret' });
    const short = loadTokens(configured({ anna: 'view' }));
    await expect(short).rejects.toThrow('the token "anna" has 12 characters; 16 are needed');
    holding({ anna: values.anna, otto: values.anna });
    const same = loadTokens(configured({ anna: 'view', otto: 'operate' }));
    await expect(same).rejects.toThrow('the tokens "anna" and "otto" have the same value');
    await expect(same).rejects.not.toThrow(values.anna);
  });

  test.each<[ApiRole, ApiRole[]]>([
    ['view', ['view']],
    ['operate', ['view', 'operate']],
    ['approve', ['view', 'approve']],
  ])('of the role %s may do %j and nothing else', async (role, mayDo) => {
    holding(values);
    const known = await loadTokens(configured({ anna: role }));
    for (const needed of ['view', 'operate', 'approve'] as const) {
      const decision = decide(known, `Bearer ${values.anna}`, needed);
      expect(decision).toMatchObject({ kind: mayDo.includes(needed) ? 'let-in' : 'role-too-small', name: 'anna' });
    }
  });

  test('are told apart by value', async () => {
    holding(values);
    const known = await loadTokens(configured({ anna: 'operate', otto: 'operate', vera: 'view' }));
    expect(decide(known, `bearer ${values.otto}`, 'operate')).toEqual({ kind: 'let-in', name: 'otto' });
    expect(decide(known, `Bearer ${values.vera}`, 'operate')).toEqual({
      kind: 'role-too-small',
      name: 'vera',
      sentence: '"vera" has the role view; this needs operate',
    });
  });

  test('let nobody in from the moment at which they expire', async () => {
    holding(values);
    const [token] = configured({ anna: 'operate' }).tokens;
    const expires = '2026-11-21T04:00:00+01:00';
    const known = await loadTokens({ ...configured({}), tokens: [{ ...token!, expires }] });
    const at = (time: string) => decide(known, `Bearer ${values.anna}`, 'view', Date.parse(time));
    expect(at('2026-11-21T02:59:59.999Z')).toEqual({ kind: 'let-in', name: 'anna' });
    expect(at('2026-11-21T03:00:00Z')).toEqual({
      kind: 'unknown',
      sentence: 'the token "anna" expired at 2026-11-21T03:00:00.000Z',
    });
  });

  test.each([
    [undefined],
    [''],
    ['Bearer'],
    [`Basic ${values.anna}`],
    [values.anna],
    [`Bearer ${values.anna}x`],
    [`Bearer ${values.anna.slice(1)}`],
    [`Bearer ${values.anna} ${values.anna}`],
  ])('let nobody in with %j', async (header) => {
    holding(values);
    const decision = decide(await loadTokens(configured({ anna: 'operate' })), header, 'view');
    expect(decision.kind).toBe('unknown');
    expect(JSON.stringify(decision)).not.toContain('0123456789');
  });
});
