import { once } from 'node:events';
import { request, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import type { Call, Route } from '../../../api/route.ts';
import { createApiServer } from '../../../api/server.ts';
import { loadTokens } from '../../../api/tokens.ts';

const operator = 'operator-0123456789abcdef';
const viewer = 'viewer-0123456789abcdef';
const handled: Call[] = [];
const logged: Record<string, unknown>[] = [];
const ending = new AbortController();

function route(path: string, more: Partial<Route>): Route {
  return {
    method: 'POST',
    path,
    access: 'operate',
    summary: '',
    answers: {},
    refusals: [],
    handle(call) {
      handled.push(call);
      return Promise.resolve({ status: 202, body: { got: call.body.toString() } });
    },
    ...more,
  };
}

const routes = [
  route('/things/{zone}', { body: z.unknown() }),
  route('/broken', { handle: () => Promise.reject(new Error('cannot reach it')) }),
  route('/stream', {
    method: 'GET',
    access: 'view',
    async handle({ signal }) {
      return { events: events(signal) };
    },
  }),
];

async function* events(signal: AbortSignal): AsyncGenerator<string> {
  yield 'data: 1\n\n';
  if (!signal.aborted) await once(signal, 'abort');
}

const log = pino(
  { level: 'info' },
  new Writable({
    write(line: Buffer, _encoding, done) {
      logged.push(JSON.parse(line.toString()) as Record<string, unknown>);
      done();
    },
  }),
);
const server = await (async () => {
  vi.stubEnv('OPERATOR', operator);
  vi.stubEnv('VIEWER', viewer);
  const tokens = await loadTokens({
    listen: '',
    hooks: {},
    tokens: [
      { name: 'otto', role: 'operate', token: { env: 'OPERATOR' } },
      { name: 'vera', role: 'view', token: { env: 'VIEWER' } },
    ],
  });
  return createApiServer({ routes, tokens, log, signal: ending.signal });
})();

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  handled.length = 0;
  logged.length = 0;
});

/** Sends the headers, then what `write` sends; the answer is awaited meanwhile. */
async function send(
  method: string,
  path: string,
  headers: OutgoingHttpHeaders,
  write: (sent: ReturnType<typeof request>) => void = (sent) => void sent.end(),
): Promise<{ status: number; headers: IncomingMessage['headers']; body: unknown }> {
  const { port } = server.address() as AddressInfo;
  const sent = request({ host: '127.0.0.1', port, method, path, headers });
  sent.on('error', () => {});
  const answered = once(sent, 'response') as Promise<[IncomingMessage]>;
  write(sent);
  const [answer] = await answered;
  const chunks: Buffer[] = [];
  for await (const chunk of answer as AsyncIterable<Buffer>) chunks.push(chunk);
  sent.destroy();
  return {
    status: answer.statusCode!,
    headers: answer.headers,
    body: JSON.parse(Buffer.concat(chunks).toString()) as unknown,
  };
}

const json = { 'content-type': 'application/json', authorization: `Bearer ${operator}` };

describe('the server', () => {
  test('hands a request that may come in to its route', async () => {
    const answer = await send('POST', '/things/az-a', json, (sent) => void sent.end('{"a":1}'));
    expect(answer).toMatchObject({ status: 202, body: { got: '{"a":1}' } });
    expect(handled[0]).toMatchObject({ params: { zone: 'az-a' }, caller: { name: 'otto' } });
    expect(logged).toEqual([expect.objectContaining({ path: '/things/az-a', zone: 'az-a', by: 'otto', status: 202 })]);
  });

  test.each<[string, number, string, OutgoingHttpHeaders]>([
    ['no token', 401, 'UnknownCaller', { 'content-type': 'application/json' }],
    ['an unknown token', 401, 'UnknownCaller', { ...json, authorization: 'Bearer x0123456789abcdefx' }],
    ['a small role', 403, 'RoleTooSmall', { ...json, authorization: `Bearer ${viewer}` }],
    ['another type', 415, 'NotJson', { ...json, 'content-type': 'application/x-www-form-urlencoded' }],
  ])('refuses %s with %i %s', async (_what, status, code, headers) => {
    const answer = await send('POST', '/things/az-a', headers, (sent) => void sent.end('{}'));
    expect(answer).toMatchObject({ status, body: { code, sentence: expect.any(String), remedy: expect.any(String) } });
    expect(answer.headers['www-authenticate']).toBe(status === 401 ? 'Bearer' : undefined);
    expect(handled).toEqual([]);
  });

  test('tells what it does not have', async () => {
    expect(await send('POST', '/nothing', json)).toMatchObject({ status: 404, body: { code: 'NoSuchPath' } });
    const wrong = await send('PUT', '/things/az-a', json);
    expect(wrong).toMatchObject({ status: 405, headers: { allow: 'POST' }, body: { code: 'NoSuchPath' } });
  });

  test('takes a request without a body as one with an empty object', async () => {
    const { authorization } = json;
    expect(await send('POST', '/things/az-a', { authorization })).toMatchObject({ body: { got: '{}' } });
  });

  test('refuses 10 MB before the first byte of them is sent', async () => {
    const headers = { ...json, 'content-length': 10 << 20 };
    const answer = await send('POST', '/things/az-a', headers, (sent) => sent.flushHeaders());
    expect(answer).toMatchObject({ status: 413, body: { code: 'BodyTooLarge' } });
  });

  test('refuses 10 MB of unknown length after 64 KB', async () => {
    let bytesSent = 0;
    const answer = await send('POST', '/things/az-a', json, (sent) => {
      // A body that never ends: only an early answer ends this test.
      const more = () => {
        while (!sent.destroyed && bytesSent < 10 << 20) {
          bytesSent += 16 << 10;
          if (!sent.write(Buffer.alloc(16 << 10, ' '))) return void sent.once('drain', more);
        }
      };
      more();
    });
    expect(answer).toMatchObject({ status: 413, body: { code: 'BodyTooLarge' } });
    expect(handled).toEqual([]);
  });

  test('takes 64 KB and not a byte more', async () => {
    const full = JSON.stringify('x'.repeat((64 << 10) - 2));
    expect((await send('POST', '/things/az-a', json, (sent) => void sent.end(full))).status).toBe(202);
    expect((await send('POST', '/things/az-a', json, (sent) => void sent.end(`${full} `))).status).toBe(413);
  });

  test('keeps a mistake of its own to itself, and the log keeps no query', async () => {
    const answer = await send('POST', '/broken?token=secret-in-query', json);
    expect(answer).toMatchObject({ status: 500, body: { code: 'Internal' } });
    expect(JSON.stringify(answer.body)).not.toContain('cannot reach');
    expect(logged.map(({ msg }) => msg)).toEqual(['no answer', 'request']);
    expect(JSON.stringify(logged)).not.toContain('secret-in-query');
  });

  test('never logs a token', async () => {
    await send('POST', '/things/az-a', json, (sent) => void sent.end('{}'));
    await send('POST', '/things/az-a', { authorization: `Bearer ${viewer}` });
    expect(logged).toHaveLength(2);
    expect(JSON.stringify(logged)).not.toContain('0123456789');
  });

  test('notes a caller that hangs up in the middle, and takes it for no mistake', async () => {
    const { port } = server.address() as AddressInfo;
    const headers = { ...json, 'content-length': 100 };
    const sent = request({ host: '127.0.0.1', port, method: 'POST', path: '/things/az-a', headers });
    sent.on('error', () => {});
    const arrived = once(server, 'request');
    sent.write('{');
    await arrived;
    sent.destroy();
    await vi.waitFor(() => expect(logged).toHaveLength(1));
    expect(logged[0]).toMatchObject({ msg: 'request', gone: true, by: 'otto' });
    expect(handled).toEqual([]);
  });

  test('sends events as they come, and stops when the reader goes', async () => {
    const { port } = server.address() as AddressInfo;
    const reader = new AbortController();
    const headers = { authorization: `Bearer ${viewer}` };
    const answer = await fetch(`http://127.0.0.1:${port}/stream`, { headers, signal: reader.signal });
    expect(answer.headers.get('content-type')).toBe('text/event-stream');
    const { value } = await answer.body!.getReader().read();
    expect(Buffer.from(value!).toString()).toBe('data: 1\n\n');
    expect(logged).toEqual([]);
    reader.abort();
    await vi.waitFor(() => expect(logged).toEqual([expect.objectContaining({ path: '/stream', by: 'vera' })]));
  });
});
