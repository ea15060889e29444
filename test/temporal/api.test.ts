import { createHmac } from 'node:crypto';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { isOver, type EscapeProgress } from '../../model/move/progress.ts';
import { reportSchema } from '../../model/report/schema.ts';
import { openApi } from '../../api/run-api.ts';
import { fleetOf, type FleetJob } from '../simulation/harness/fleet.ts';
import { Scenario } from './harness/scenario.ts';
import { startServer } from './harness/server.ts';
import { waitUntil } from '../simulation/harness/wait-until.ts';

const operator = 'operator-0123456789abcdef';
const approving = 'approver-0123456789abcdef';
const expired = 'expired-0123456789abcdef';
const viewer = 'viewer-0123456789abcdef';
const signingSecret = 'signing-secret';

let env: TestWorkflowEnvironment;
beforeAll(async () => {
  vi.stubEnv('API_OPERATOR', operator);
  vi.stubEnv('API_VIEWER', viewer);
  vi.stubEnv('API_APPROVER', approving);
  vi.stubEnv('API_EXPIRED', expired);
  vi.stubEnv('API_SIGNING', signingSecret);
  env = await startServer();
});
afterAll(() => env.teardown());

interface Reply {
  status: number;
  body: Record<string, unknown>;
}

/** A scenario with its API, which is closed at the end of `act`. */
async function withApi(
  name: string,
  fleet: FleetJob[],
  act: (api: {
    scenario: Scenario;
    address: string;
    post(path: string, body?: unknown, headers?: Record<string, string>): Promise<Reply>;
    get(path: string, token?: string): Promise<Reply>;
  }) => Promise<void>,
): Promise<void> {
  const scenario = await new Scenario(env, name).withProtected(fleet);
  scenario.config.api = {
    listen: '127.0.0.1:0',
    tokens: [
      { name: 'otto', role: 'operate', token: { env: 'API_OPERATOR' } },
      { name: 'vera', role: 'view', token: { env: 'API_VIEWER' } },
      { name: 'ella', role: 'operate', token: { env: 'API_EXPIRED' }, expires: '2026-01-01T00:00:00Z' },
      { name: 'paul', role: 'approve', token: { env: 'API_APPROVER' } },
    ],
    hooks: {
      alertmanager: { alertNames: ['ZoneLost'], zoneLabel: 'zone' },
      pagerduty: { secrets: [{ env: 'API_SIGNING' }], services: { PHOME: scenario.home } },
    },
  };
  const api = await openApi(scenario.config, scenario.client, scenario.world, pino({ level: 'silent' }));
  const ask = async (method: string, path: string, headers: Record<string, string>, body?: unknown) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const init = body === undefined ? {} : { body: text };
    const answer = await fetch(`${api.address}${path}`, { method, headers, ...init });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };
  const bearer = (token: string) => ({ authorization: `Bearer ${token}`, 'content-type': 'application/json' });
  try {
    await scenario.whileWorking(() =>
      act({
        scenario,
        address: api.address,
        post: (path, body, headers = bearer(operator)) => ask('POST', path, headers, body),
        get: (path, token = operator) => ask('GET', path, bearer(token)),
      }),
    );
  } finally {
    await api.close();
  }
}

/** Events of a stream until it ends, as [name, data]; comments are left out. */
async function eventsOf(address: string, path: string): Promise<[string, unknown][]> {
  const answer = await fetch(`${address}${path}`, { headers: { authorization: `Bearer ${viewer}` } });
  expect(answer.status).toBe(200);
  const blocks = (await answer.text()).split('\n\n').filter((block) => block.startsWith('event: '));
  return blocks.map((block) => {
    const [, name, data] = /^event: (\w+)\ndata: (.*)$/.exec(block)!;
    return [name!, JSON.parse(data!) as unknown];
  });
}

function firing(zone: string | undefined, startsAt = '2026-11-21T03:00:00Z') {
  const labels = { alertname: 'ZoneLost', ...(zone ? { zone } : {}) };
  return { version: '4', alerts: [{ status: 'firing', labels, startsAt, fingerprint: 'b3a1c0ffee' }] };
}

describe.concurrent('the API', () => {
  test('takes a hundred identical requests at once as one escape and gives one answer', async () => {
    await withApi('api-hundred', fleetOf({ P0: 1, P1: 4 }), async ({ scenario, post, get }) => {
      const { world, home, peer } = scenario;
      const twins = world.operator(peer).starts.length;
      const ask = () => post(`/v1/zones/${home}/escapes`, { incident: 'INC-7' });
      const replies = await Promise.all(Array.from({ length: 100 }, ask));
      const [first] = replies;
      expect(first).toEqual({
        status: 202,
        body: {
          sentence: `escape from ${home} to ${peer} accepted`,
          workflowId: `escape-active/${home}`,
          escape: `${home}-INC-7`,
          progress: `/v1/zones/${home}/escapes/active`,
          events: `/v1/zones/${home}/escapes/active/events`,
          report: `/v1/escapes/${home}-INC-7/report`,
        },
      });
      for (const reply of replies) expect(reply).toEqual(first);

      const reportPath = first!.body['report'] as string;
      await waitUntil('the report is there', async () => (await get(reportPath)).status === 200);
      const report = reportSchema.parse((await get(reportPath, viewer)).body);
      expect(report).toMatchObject({ incident: 'INC-7', trigger: { by: 'otto', via: 'api' }, totals: { running: 5 } });
      expect(world.operator(peer).starts).toHaveLength(twins + 4);
      expect(await ask()).toEqual(first);
      // The report is there a moment before the escape is over.
      const active = () => get(`/v1/zones/${home}/escapes/active`);
      await waitUntil('no escape runs', async () => (await active()).body['code'] === 'NoEscape');
    });
  });

  test('refuses another incident, is paused, resumed and aborted, and streams until the end', async () => {
    await withApi('api-held', fleetOf({ P1: 2, P2: 3 }), async ({ scenario, address, post, get }) => {
      const { world, home, peer } = scenario;
      const active = `/v1/zones/${home}/escapes/active`;
      const release = world.zone(peer).hold('kubernetes patch');
      const started = await post(`/v1/zones/${home}/escapes`, undefined, {
        authorization: `Bearer ${operator}`,
        'idempotency-key': 'INC-1',
      });
      expect(started).toMatchObject({ status: 202, body: { escape: `${home}-INC-1` } });

      const events = eventsOf(address, `${active}/events`);
      const other = await post(`/v1/zones/${home}/escapes`, { incident: 'INC-2' });
      expect(other).toMatchObject({ status: 409, body: { code: 'EscapeUnderWay' } });
      expect(other.body['sentence']).toContain(`by escape-active/${home} for incident INC-1, since `);
      await waitUntil('the first wave is under way', () => scenario.patched().length === 2);

      const paused = await post(`${active}/pause`);
      expect(paused).toMatchObject({ status: 200, body: { paused: true, note: 'paused by otto' } });
      expect(await get(active, viewer)).toMatchObject({ status: 200, body: { paused: true, incident: 'INC-1' } });
      expect(await post(`${active}/resume`)).toMatchObject({ body: { paused: false, note: 'resumed by otto' } });
      await post(`${active}/pause`);
      release();
      const aborted = await post(`${active}/abort`);
      expect(aborted.body['note']).toBe('aborted by otto: nothing more is started');

      const seen = await events;
      expect(seen.at(-1)).toEqual(['end', {}]);
      const progress = seen.slice(0, -1).map(([name, data]) => {
        expect(name).toBe('progress');
        return data as EscapeProgress;
      });
      expect(isOver(progress.at(-1)!)).toBe(true);
      expect(progress.at(-1)).toMatchObject({ phase: 'aborted', tiers: { P2: { running: 0 } } });
      expect(await post(`${active}/pause`)).toMatchObject({
        status: 404,
        body: { code: 'NoEscape', sentence: `no escape of ${home} is running` },
      });
      const report = reportSchema.parse((await get(`/v1/escapes/${home}-INC-1/report`)).body);
      expect(report.totals.left).toBe(3);
    });
  });

  test('lets who approves approve and nothing else, and who operates all but that', async () => {
    await withApi('api-approve', fleetOf({ P1: 2, P2: 2 }), async ({ scenario, post, get }) => {
      const { home } = scenario;
      const active = `/v1/zones/${home}/escapes/active`;
      const approver = { authorization: `Bearer ${approving}`, 'content-type': 'application/json' };
      const started = await post(`/v1/zones/${home}/escapes`, { incident: 'INC-1', approval: true });
      expect(started.body['sentence']).toMatch(/accepted; it changes nothing before somebody approves its plan$/);
      await waitUntil('it waits for approval', async () => (await get(active)).body['phase'] === 'approve');

      const small = { status: 403, body: { code: 'RoleTooSmall' } };
      expect(await post(`${active}/approve`)).toMatchObject(small);
      for (const path of ['pause', 'abort', 'tiers/P1/hold', 'jobs/default/p1-0/skip'])
        expect(await post(`${active}/${path}`, undefined, approver), path).toMatchObject(small);
      expect(await post(`${active}/tiers/P9/hold`)).toMatchObject({ status: 400, body: { code: 'BadInput' } });
      expect(await post(`${active}/jobs/default/x/skip`)).toMatchObject({ status: 404, body: { code: 'JobNotFound' } });
      expect(await post(`${active}/jobs/default/p2-0/skip`)).toMatchObject({
        status: 200,
        body: { skipped: [{ job: 'default/p2-0', by: 'otto' }] },
      });
      expect(await post(`${active}/tiers/P2/hold`)).toMatchObject({ status: 200, body: { held: [{ tier: 'P2' }] } });
      expect(await post(`${active}/tiers/P2/release`)).toMatchObject({ status: 200, body: { held: [] } });
      expect(await get(active, viewer)).toMatchObject({ body: { phase: 'approve', approval: { jobs: 4, by: null } } });
      expect(scenario.patched()).toEqual([]);

      expect(await post(`${active}/approve`, undefined, approver)).toMatchObject({
        status: 200,
        body: { approval: { by: 'paul' } },
      });
      const report = `/v1/escapes/${home}-INC-1/report`;
      await waitUntil('the report is there', async () => (await get(report)).status === 200);
      const { totals, operators } = reportSchema.parse((await get(report)).body);
      expect(totals).toMatchObject({ running: 3, left: 1, failed: 0 });
      expect(operators.at(-1)).toMatchObject({ act: 'approve', by: 'paul' });
    });
  });

  test('starts nothing for a stranger, a small role or a bad request', async () => {
    await withApi('api-refused', fleetOf({ P1: 1 }), async ({ scenario, post, get }) => {
      const { world, home } = scenario;
      const path = `/v1/zones/${home}/escapes`;
      const active = `${path}/active`;
      const before = scenario.state();
      const as = (token: string) => ({ authorization: `Bearer ${token}`, 'content-type': 'application/json' });
      const body = { incident: 'INC-1' };
      const sameTwice = { ...as(operator), 'idempotency-key': 'INC-2' };
      const refusals: [Promise<Reply>, number, string, string][] = [
        [post(path, body, { 'content-type': 'application/json' }), 401, 'UnknownCaller', 'no bearer token'],
        [post(path, body, as(`${operator}x`)), 401, 'UnknownCaller', 'not known'],
        [post(path, body, as(expired)), 401, 'UnknownCaller', 'the token "ella" expired at 2026-01-01T00:00:00.000Z'],
        [
          post(path, { ...body, selector: 'team in payments' }),
          400,
          'BadInput',
          '"team in payments" is no requirement',
        ],
        [
          post(path, { incident: 'INC-3', selector: 'team=nobody' }),
          422,
          'NothingSelected',
          'within selector "team=nobody"',
        ],
        [post(path, { incident: 'INC-4', jobs: ['default/typo'] }), 422, 'NothingSelected', 'within jobs default/typo'],
        [post(path, { incident: 'INC-5', tiers: ['P3'] }), 422, 'NothingSelected', 'within tiers P3'],
        [post(path, { ...body, approval: false }), 400, 'BadInput', '"approval" must be true or "required"'],
        [post('/v1/hooks/alertmanager', { alerts: 'x' }), 400, 'BadInput', '"alerts"'],
        [post('/v1/hooks/alertmanager', 'x'.repeat(10 << 20)), 413, 'BodyTooLarge', 'larger than 64 KB'],
        [post('/v1/hooks/alertmanager', firing(home), as(expired)), 401, 'UnknownCaller', 'expired'],
        [post(path, body, as(viewer)), 403, 'RoleTooSmall', '"vera" has the role view; this needs operate'],
        [post(`${active}/abort`, undefined, as(viewer)), 403, 'RoleTooSmall', 'this needs operate'],
        [post(path, 'x'.repeat(10 << 20)), 413, 'BodyTooLarge', 'larger than 64 KB'],
        [post(path, '{"incident": '), 400, 'BadInput', 'not valid JSON'],
        [post(path, { ...body, by: 'me' }), 400, 'BadInput', '"by" is not a field'],
        [post(path, { tiers: ['P9'] }), 400, 'BadInput', '"tiers.0" must be P0, P1, P2 or P3'],
        [post(path, {}), 400, 'BadInput', 'name the incident'],
        [post(path, body, sameTwice), 400, 'BadInput', 'name two incidents'],
        [post('/v1/zones/az-z/escapes', body), 404, 'UnknownZone', `zones are ${home}, `],
        [post('/v1/zones/__proto__/escapes', body), 404, 'UnknownZone', '"__proto__" is no zone'],
        [post('/v1/zones/az-z/protections', {}), 404, 'UnknownZone', '"az-z" is no zone'],
        [get('/v1/zones/az-z/escapes/active'), 404, 'UnknownZone', '"az-z" is no zone'],
        [get(active), 404, 'NoEscape', `no escape of ${home} is running`],
        [get(`${active}/events`), 404, 'NoEscape', `no escape of ${home} is running`],
        [post(`${active}/resume`), 404, 'NoEscape', `no escape of ${home} is running`],
        [get(`/v1/escapes/${home}-INC-1/report`), 404, 'NoReport', `${home}-INC-1`],
        [get(`/v1/escapes/${home}-..%2F..%2Fplan/report`), 404, 'NoReport', 'no report'],
      ];
      for (const [asked, status, code, words] of refusals) {
        const { status: given, body: problem } = await asked;
        expect([given, problem['code']], String(problem['sentence'])).toEqual([status, code]);
        expect(problem['sentence']).toContain(words);
        expect(problem['remedy']).toMatch(/\S/);
      }
      expect(scenario.state()).toEqual(before);
      // A limit is looked up in the peer before it is refused; nothing else is asked of anybody.
      const reads = ['store read', 'kubernetes list'];
      expect(world.ledger.entries.filter(({ kind }) => !reads.includes(kind))).toEqual([]);
      await expect(scenario.client.workflow.getHandle(`escape-active/${home}`).describe()).rejects.toThrow(
        /not found/i,
      );
    });
  });

  test('starts an escape for an alert, once, and for nothing that is not one', async () => {
    await withApi('api-alert', fleetOf({ P1: 2 }), async ({ scenario, post, get }) => {
      const { home } = scenario;
      const path = '/v1/hooks/alertmanager';
      const malformed = await post(path, { version: '4', alerts: [{ status: 'firing' }] });
      expect(malformed).toMatchObject({ status: 400, body: { code: 'BadInput' } });
      expect(await post(path, firing(undefined))).toMatchObject({ status: 400, body: { code: 'BadInput' } });
      expect(await post(path, firing('az-z'))).toMatchObject({ status: 404, body: { code: 'UnknownZone' } });
      const resolved = { version: '4', alerts: [{ ...firing(home).alerts[0], status: 'resolved' }] };
      expect(await post(path, resolved)).toEqual({ status: 200, body: { escapes: [], ignored: 1 } });
      expect((await get(`/v1/zones/${home}/escapes/active`)).status).toBe(404);

      const release = scenario.world.zone(scenario.peer).hold('kubernetes patch');
      const incident = 'alert-20261121T030000.000Z-b3a1c0ffee';
      for (let repeat = 0; repeat < 3; repeat++) {
        const reply = await post(path, firing(home));
        expect(reply).toMatchObject({ status: 202, body: { escapes: [{ zone: home, incident, accepted: true }] } });
      }
      const later = await post(path, firing(home, '2026-11-21T03:05:00Z'));
      expect(later).toMatchObject({ status: 200, body: { escapes: [{ accepted: false, code: 'EscapeUnderWay' }] } });
      release();
      const report = `/v1/escapes/${home}-${incident}/report`;
      await waitUntil('the report is there', async () => (await get(report)).status === 200);
      expect((await get(report)).body).toMatchObject({
        trigger: { by: 'otto', via: 'alertmanager' },
        totals: { running: 2 },
      });
    });
  });

  test('starts an escape for a signed incident of PagerDuty, and for no other', async () => {
    await withApi('api-pager', fleetOf({ P1: 1 }), async ({ scenario, post, get }) => {
      const { home } = scenario;
      const data = { id: 'Q1', service: { id: 'PHOME' } };
      const event = { event_type: 'incident.triggered', occurred_at: '2026-11-21T03:00:00Z', data };
      const text = JSON.stringify({ event });
      const signed = (secret: string) => ({
        'content-type': 'application/json',
        'x-pagerduty-signature': `v1=${createHmac('sha256', secret).update(text).digest('hex')}`,
      });
      const forged = await post('/v1/hooks/pagerduty', text, signed('other-secret'));
      expect(forged).toMatchObject({ status: 401, body: { code: 'UnknownCaller' } });
      expect((await get(`/v1/zones/${home}/escapes/active`)).status).toBe(404);

      const reply = await post('/v1/hooks/pagerduty', text, signed(signingSecret));
      expect(reply).toMatchObject({ status: 202, body: { escapes: [{ zone: home, incident: 'pagerduty-Q1' }] } });
      const report = `/v1/escapes/${home}-pagerduty-Q1/report`;
      await waitUntil('the report is there', async () => (await get(report)).status === 200);
      expect((await get(report)).body).toMatchObject({ trigger: { by: 'pagerduty', via: 'pagerduty' } });
    });
  });

  test('joins an escape that was started in Temporal’s UI and is over', async () => {
    await withApi('api-form', fleetOf({ P1: 1 }), async ({ scenario, post }) => {
      const { home, client, config } = scenario;
      await client.workflow.execute('escapeZone', {
        workflowId: `escape/${home}/INC-1`,
        taskQueue: config.temporal.taskQueue,
        args: [{ zone: home }],
      });
      const reply = await post(`/v1/zones/${home}/escapes`, { incident: 'INC-1' });
      expect(reply).toMatchObject({ status: 202, body: { sentence: `the escape of ${home} for INC-1 is over` } });
    });
  });

  test('makes a dry run beside its report, and starts a round of protection once', async () => {
    await withApi('api-dry', fleetOf({ P1: 2 }), async ({ scenario, post, get }) => {
      const { home, world, peer } = scenario;
      const dry = await post(`/v1/zones/${home}/escapes`, { incident: 'INC-1', dryRun: true });
      expect(dry).toMatchObject({ status: 202, body: { report: `/v1/escapes/${home}-INC-1-dry-run/report` } });
      expect(dry.body).not.toHaveProperty('progress');
      await waitUntil('the report is there', async () => (await get(dry.body['report'] as string)).status === 200);
      expect(world.operator(peer).starts).toEqual([]);

      const release = world.zone(home).hold('kubernetes list');
      const path = `/v1/zones/${home}/protections`;
      const round = await post(path, { jobs: ['default/p1-0'] });
      expect(round).toMatchObject({ status: 202, body: { workflowId: `protect/${home}` } });
      expect(await post(path, {})).toMatchObject({ status: 409, body: { code: 'ProtectUnderWay' } });
      release();
      const kept = await scenario.client.workflow.getHandle(`protect/${home}`).result();
      expect(kept).toMatchObject({ protected: 1 });
    });
  });

  test('says that it is well, and what it can do, to anybody', async () => {
    await withApi('api-about', [], async ({ address }) => {
      const health = await fetch(`${address}/healthz`);
      expect([health.status, await health.json()]).toEqual([200, { ok: true, temporal: 'reachable' }]);
      const document = (await (await fetch(`${address}/openapi.json`)).json()) as { paths: object };
      expect(Object.keys(document.paths)).toHaveLength(16);
    });
  });
});
