import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Route } from '../../../api/route.ts';
import { matchRoute, paramNames } from '../../../api/router.ts';

function route(method: Route['method'], path: string): Route {
  return {
    method,
    path,
    access: 'anybody',
    summary: '',
    answers: {},
    refusals: [],
    handle: () => Promise.resolve({ status: 200, body: path }),
  };
}

const routes = [
  route('POST', '/v1/zones/{zone}/escapes'),
  route('GET', '/v1/zones/{zone}/escapes/active'),
  route('GET', '/v1/escapes/{id}/report'),
];

describe('the router', () => {
  test('finds a route and the values in its path', () => {
    expect(matchRoute(routes, 'POST', '/v1/zones/az-a/escapes')).toEqual({
      kind: 'found',
      route: routes[0],
      params: { zone: 'az-a' },
    });
    expect(matchRoute(routes, 'GET', '/v1/escapes/az%2Da%2FINC/report')).toMatchObject({ params: { id: 'az-a/INC' } });
  });

  test('tells a wrong method from an unknown path', () => {
    expect(matchRoute(routes, 'DELETE', '/v1/zones/az-a/escapes')).toEqual({ kind: 'wrong-method', allowed: ['POST'] });
    for (const path of ['/', '/v1', '/v1/zones//escapes', '/v1/zones/az-a/escapes/', '/v1/zones/%zz/escapes']) {
      expect(matchRoute(routes, 'POST', path)).toEqual({ kind: 'nothing' });
    }
  });

  test('never breaks, whatever the path is', () => {
    fc.assert(fc.property(fc.string(), (path) => void matchRoute(routes, 'GET', path)));
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (zone) => {
        const path = `/v1/zones/${encodeURIComponent(zone)}/escapes`;
        expect(matchRoute(routes, 'POST', path)).toMatchObject({ params: { zone } });
      }),
    );
  });

  test('names what stands in braces', () => {
    expect(paramNames('/v1/zones/{zone}/jobs/{job}')).toEqual(['zone', 'job']);
    expect(paramNames('/healthz')).toEqual([]);
  });
});
