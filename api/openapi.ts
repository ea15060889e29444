/** The OpenAPI 3.1 document, made of the routes and the schemas that they check with. */
import { z } from 'zod';
import { errorCodes, type ErrorCode } from '../model/error-codes.ts';
import { statusOf } from './problem.ts';
import { paramNames } from './router.ts';
import type { Route } from './route.ts';
import { problemAnswer } from './schemas.ts';

type Json = Record<string, unknown>;

/** Every route is in it; a test asks for each. */
export function openApiDocument(routes: readonly Route[]): Json {
  const paths: Record<string, Json> = {};
  for (const route of routes) (paths[route.path] ??= {})[route.method.toLowerCase()] = operationOf(route);
  return {
    openapi: '3.1.0',
    info: {
      title: 'az-escape',
      version: '1',
      description: 'Restarts the Flink jobs of a lost availability zone in a surviving zone.',
    },
    paths,
    components: {
      schemas: { Problem: jsonSchema(problemAnswer) },
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer' },
        signature: { type: 'apiKey', in: 'header', name: 'X-PagerDuty-Signature' },
      },
    },
  };
}

function operationOf(route: Route): Json {
  const parameters = paramNames(route.path).map((name) => {
    return { name, in: 'path', required: true, schema: { type: 'string' } };
  });
  return {
    summary: route.summary,
    ...(hasRole(route) ? { description: `Needs the role ${route.access}.` } : {}),
    security: route.access === 'anybody' ? [] : [{ [hasRole(route) ? 'bearer' : 'signature']: [] }],
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(route.body
      ? { requestBody: { required: true, content: { 'application/json': { schema: jsonSchema(route.body) } } } }
      : {}),
    responses: { ...answersOf(route), ...problemsOf(allRefusals(route)) },
  };
}

function answersOf(route: Route): Json {
  const answers = Object.entries(route.answers).map(([status, { about, schema, contentType }]) => {
    const content = { [contentType ?? 'application/json']: schema ? { schema: jsonSchema(schema) } : {} };
    return [status, { description: about, content }];
  });
  return Object.fromEntries(answers);
}

/** What the server itself refuses before a route is asked, and what the route refuses. */
function allRefusals(route: Route): ErrorCode[] {
  const forBody: ErrorCode[] = route.body ? ['BadInput', 'NotJson', 'BodyTooLarge'] : [];
  const forRole: ErrorCode[] = hasRole(route) ? ['UnknownCaller', 'RoleTooSmall'] : [];
  return [...new Set([...forRole, ...forBody, ...route.refusals])];
}

function problemsOf(codes: ErrorCode[]): Json {
  const byStatus = Object.groupBy(codes, (code) => statusOf(code));
  const content = { 'application/json': { schema: { $ref: '#/components/schemas/Problem' } } };
  return Object.fromEntries(
    Object.entries(byStatus).map(([status, same = []]) => {
      const description = same.map((code) => `${code}: ${errorCodes[code].means}`).join(' ');
      return [status, { description, content }];
    }),
  );
}

function hasRole(route: Route): boolean {
  return route.access !== 'anybody' && route.access !== 'signature';
}

/** In OpenAPI 3.1 a schema is JSON Schema 2020-12, so it needs no `$schema` of its own. */
function jsonSchema(schema: z.ZodType): Json {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io: 'input' });
  return rest;
}
