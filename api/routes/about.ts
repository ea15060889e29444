/** Routes about the API itself; both open, as probes and browsers carry no token. */
import { isReachable } from '../ask-temporal.ts';
import { openApiDocument } from '../openapi.ts';
import type { ApiContext, Route } from '../route.ts';
import { healthAnswer } from '../schemas.ts';

/** `routes` gives all routes, these among them, once they are known. */
export function aboutRoutes({ client }: ApiContext, routes: () => readonly Route[]): Route[] {
  return [
    {
      method: 'GET',
      path: '/healthz',
      access: 'anybody',
      summary: 'Whether the API can do its work.',
      answers: {
        200: { about: 'It can.', schema: healthAnswer },
        503: { about: 'Temporal does not answer.', schema: healthAnswer },
      },
      refusals: [],
      async handle() {
        const ok = await isReachable(client);
        return { status: ok ? 200 : 503, body: { ok, temporal: ok ? 'reachable' : 'silent' } };
      },
    },
    {
      method: 'GET',
      path: '/openapi.json',
      access: 'anybody',
      summary: 'This document.',
      answers: { 200: { about: 'OpenAPI 3.1.' } },
      refusals: [],
      handle: () => Promise.resolve({ status: 200, body: openApiDocument(routes()) }),
    },
  ];
}
