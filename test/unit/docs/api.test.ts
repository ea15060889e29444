/** What the documents say about the HTTP API: paths, methods and roles that exist, examples that parse. */
import type { Client } from '@temporalio/client';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { parseConfig } from '../../../model/config/parse.ts';
import { parseConfigText } from '../../../runtime/config/load.ts';
import { parseBody } from '../../../api/body.ts';
import { matchRoute } from '../../../api/router.ts';
import { createRoutes } from '../../../api/routes/index.ts';
import { escapeBody } from '../../../api/schemas.ts';
import { SimulatedWorld } from '../../../simulation/world/simulated-world.ts';
import { codeBlocks, readDocument } from './documents.ts';

const example = codeBlocks(readDocument('docs/settings.md')).find(({ text }) => text.startsWith('api:'))!;
const zones = codeBlocks(readDocument('README.md')).find(({ text }) => text.includes('zones:'))!;
const config = parseConfigText('docs/settings.md', `${zones.text}\n${example.text}`);
const routes = createRoutes({
  config,
  client: {} as Client,
  world: new SimulatedWorld(config, { seed: 1, speed: 1 }),
  pagerdutySecrets: [],
});
const documents = ['README.md', 'docs/runbook.md'].map((path) => readDocument(path)).join('\n');

describe('the documents of the HTTP API', () => {
  const curls = documents.split('\n').filter((line) => line.trim().startsWith('curl '));

  test.each(curls)('%s', (line) => {
    const path = /(?:\$API|http:\/\/127\.0\.0\.1:8780)(\/[^\s"]*)/.exec(line)![1]!;
    const data = / -d '(.*?)'/.exec(line)?.[1];
    const method = line.includes('-X POST') || data !== undefined ? 'POST' : 'GET';
    expect(matchRoute(routes, method, path)).toMatchObject({ kind: 'found', params: { zone: 'az-a' } });
    expect(line).toContain('-H "Authorization: Bearer $TOKEN"');
    if (data !== undefined) expect(() => parseBody(escapeBody, Buffer.from(data))).not.toThrow();
  });

  test('are more than a few', () => expect(curls.length).toBeGreaterThan(4));

  test('name webhook paths that are there, and the address by default', () => {
    const hooks = [...new Set(documents.match(/\/v1\/hooks\/\w+/g))];
    expect(hooks.toSorted()).toEqual(['/v1/hooks/alertmanager', '/v1/hooks/pagerduty']);
    for (const path of hooks) expect(matchRoute(routes, 'POST', path).kind).toBe('found');
    expect(documents).toContain(`http://${config.api.listen}/`);
  });

  test('configure Alertmanager in YAML that parses', () => {
    const [receiver] = codeBlocks(readDocument('docs/runbook.md')).filter(({ language }) => language === 'yaml');
    expect(parse(receiver!.text)).toMatchObject({ receivers: [{ webhook_configs: [{ max_alerts: 20 }] }] });
  });
});

describe('the section api', () => {
  const withApi = (api: unknown) => parseConfig({ ...(parse(zones.text) as object), api });
  const token = { env: 'TOKEN' };

  test('is closed and local unless told', () => {
    const bare = withApi({});
    expect(bare.ok && bare.config.api).toEqual({ listen: '127.0.0.1:8780', tokens: [], hooks: {} });
  });

  test('keeps what the example says', () => {
    expect(config.api.tokens.map(({ name, role }) => [name, role])).toEqual([
      ['oncall', 'operate'],
      ['alertmanager', 'operate'],
      ['dashboard', 'view'],
    ]);
    expect(config.api.hooks.alertmanager).toEqual({ alertNames: ['ZoneLost'], zoneLabel: 'zone' });
  });

  test.each<[string, unknown, string]>([
    ['a token by its value', { tokens: [{ name: 'a', role: 'view', token: 'secret' }] }, 'by reference'],
    ['an unknown role', { tokens: [{ name: 'a', role: 'admin', token }] }, 'role'],
    ['a name twice', { tokens: ['view', 'operate'].map((role) => ({ name: 'a', role, token })) }, 'has a name twice'],
    ['no port', { listen: 'localhost' }, 'is not of the form host:port'],
    ['no alert', { hooks: { alertmanager: { alertNames: [] } } }, 'alertNames'],
    [
      'a service of an unknown zone',
      { hooks: { pagerduty: { secrets: [token], services: { P1: 'az-z' } } } },
      'names "az-z", which is no zone of this file (az-a, az-b)',
    ],
  ])('with %s is refused', (_what, api, sentence) => {
    const result = withApi(api);
    const problems = result.ok ? [] : result.problems.map(({ path, message }) => `${path.join('.')} ${message}`);
    expect(problems.join('\n')).toContain(sentence);
    expect(problems.join('\n')).not.toContain('secret"');
  });

  test.each(['0.0.0.0:80', 'localhost:8780', '[::1]:0'])('takes the address %s', (listen) => {
    expect(withApi({ listen })).toMatchObject({ ok: true, config: { api: { listen } } });
  });
});
