import type { Client } from '@temporalio/client';
import { describe, expect, test } from 'vitest';
import { openApiDocument } from '../../../api/openapi.ts';
import { createRoutes } from '../../../api/routes/index.ts';
import { SimulatedWorld } from '../../../simulation/world/simulated-world.ts';
import { twoZones } from '../../simulation/harness/two-zones.ts';

const { config, home } = twoZones('openapi');
const hooks = {
  alertmanager: { alertNames: ['ZoneLost'], zoneLabel: 'zone' },
  pagerduty: { secrets: [{ env: 'PD' }], services: { P1: home } },
};

function routesWith(hooksGiven: typeof hooks | object) {
  const api = { ...config.api, hooks: hooksGiven };
  const world = new SimulatedWorld(config, { seed: 1, speed: 1 });
  return createRoutes({ config: { ...config, api }, client: {} as Client, world, pagerdutySecrets: [] });
}

interface Operation {
  summary: string;
  description?: string;
  security: object[];
  parameters?: { name: string }[];
  requestBody?: { content: Record<string, { schema: { properties: object } }> };
  responses: Record<string, { description: string }>;
}
interface Document {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
}

/** As it goes over the wire. */
function documentOf(routes: ReturnType<typeof routesWith>): Document {
  return JSON.parse(JSON.stringify(openApiDocument(routes))) as Document;
}

describe('the OpenAPI document', () => {
  const routes = routesWith(hooks);
  const document = documentOf(routes);

  test.each(routes.map((route) => [route.method, route.path, route] as const))('has %s %s', (method, path, route) => {
    const operation = document.paths[path]![method.toLowerCase()]!;
    expect(operation.summary).toBe(route.summary);
    expect(operation.summary).toMatch(/^[A-Z].*\.$/);
    expect((operation.parameters ?? []).map(({ name }) => `{${name}}`)).toEqual(path.match(/\{\w+\}/g) ?? []);
    expect(Object.keys(operation.responses)).toEqual(expect.arrayContaining(Object.keys(route.answers)));
    if (route.access === 'anybody') expect(operation.security).toEqual([]);
    else expect(operation.responses).toHaveProperty('401');
    if (route.body) expect(Object.keys(operation.responses)).toEqual(expect.arrayContaining(['400', '413', '415']));
  });

  test('has nothing but the routes', () => {
    const operations = Object.values(document.paths).flatMap((path) => Object.keys(path));
    expect(operations).toHaveLength(routes.length);
    expect(document.openapi).toBe('3.1.0');
  });

  test('describes the body that is checked', () => {
    const { requestBody } = document.paths['/v1/zones/{zone}/escapes']!['post']!;
    const { properties } = requestBody!.content['application/json']!.schema;
    expect(Object.keys(properties)).toEqual([
      'incident',
      'cluster',
      'dryRun',
      'tiers',
      'namespaces',
      'selector',
      'jobs',
      'lostAt',
      'budget',
      'approval',
    ]);
  });

  test('asks nothing of strangers but its own description and health', () => {
    const open = routes.filter(({ access }) => access === 'anybody').map(({ path }) => path);
    expect(open).toEqual(['/healthz', '/openapi.json']);
  });

  test('has no hook that is not configured', () => {
    const paths = Object.keys(documentOf(routesWith({})).paths);
    expect(paths.filter((path) => path.includes('hooks'))).toEqual([]);
    expect(Object.keys(document.paths).filter((path) => path.includes('hooks'))).toHaveLength(2);
  });
});
