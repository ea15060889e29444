import { Agent } from 'undici';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemClock } from '../../../adapters/clock.ts';
import type { BoundedRequest } from '../../../adapters/bounded-request.ts';
import { boundedRequest, networkReason } from '../../../adapters/bounded-request.ts';
import type { FlinkServer } from '../flink/flink-server.ts';
import { startFlinkServer } from '../flink/flink-server.ts';

const clock = systemClock();
let server: FlinkServer;
let dispatcher: Agent;

beforeEach(async () => {
  server = await startFlinkServer();
  dispatcher = new Agent();
});

afterEach(async () => {
  await dispatcher.destroy();
  await server.close();
});

function get(path: string, changes: Partial<BoundedRequest> = {}): ReturnType<typeof boundedRequest> {
  const fixed = { system: 'test x', what: `GET ${path}`, method: 'GET', dispatcher, clock, timeoutMs: 300 } as const;
  return boundedRequest({ ...fixed, url: server.url + path, ...changes });
}

test('gives status and body, also of an error', async () => {
  server.answers.set('GET /a', { status: 418, body: 'é' });
  expect(await get('/a')).toMatchObject({ status: 418, body: 'é' });
});

test('a longer answer than allowed is TooLarge', async () => {
  server.answers.set('GET /a', { status: 200, body: 'x'.repeat(100_000) });
  await expect(get('/a', { maxAnswerBytes: 99_999 })).rejects.toMatchObject({ failureClass: 'TooLarge' });
  expect((await get('/a', { maxAnswerBytes: 100_000 })).body).toHaveLength(100_000);
});

test('an answer that does not come is Unreachable by the deadline', async () => {
  server.answers.set('GET /a', () => new Promise<never>(() => {}));
  const began = performance.now();
  await expect(get('/a')).rejects.toMatchObject({
    failureClass: 'Unreachable',
    message: 'test x: GET /a failed: no complete answer within 300 ms.',
  });
  expect(performance.now() - began).toBeLessThan(5_000);
});

test('a caller who gave up before is not even heard', async () => {
  await expect(get('/a', { signal: AbortSignal.abort(new Error('mine')) })).rejects.toThrow('mine');
  expect(server.asked).toEqual([]);
});

test('a signal that many requests share keeps none of them', async () => {
  server.answers.set('GET /a', { status: 200, body: 'x' });
  const { signal } = new AbortController();
  let listeners = 0;
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = ((...of: Parameters<typeof addEventListener>) => {
    listeners++;
    addEventListener.apply(signal, of);
  }) as typeof addEventListener;
  signal.removeEventListener = ((...of: Parameters<typeof removeEventListener>) => {
    listeners--;
    removeEventListener.apply(signal, of);
  }) as typeof removeEventListener;
  for (let n = 0; n < 20; n++) await get('/a', { signal });
  expect(listeners).toBe(0);
});

test.each([
  [new AggregateError([Object.assign(new Error(''), { code: 'ECONNREFUSED' })]), 'ECONNREFUSED'],
  [Object.assign(new Error('other side closed'), { code: 'UND_ERR_SOCKET' }), 'other side closed (UND_ERR_SOCKET)'],
  ['x', 'x'],
])('networkReason %#', (error, reason) => {
  expect(networkReason(error)).toBe(reason);
});
