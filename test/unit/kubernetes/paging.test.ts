import { expect, test } from 'vitest';
import type { BoundedAnswer } from '../../../adapters/bounded-request.ts';
import type { KubernetesClient } from '../../../adapters/kubernetes/client.ts';
import { listAll, listFromMemory } from '../../../adapters/kubernetes/paging.ts';

const expired = {
  status: 410,
  headers: {},
  body: '{"kind":"Status","reason":"Expired","message":"too old","code":410}',
};

function page(items: string[], next?: string): BoundedAnswer {
  return {
    status: 200,
    headers: {},
    body: JSON.stringify({ kind: 'ThingList', metadata: next ? { continue: next } : {}, items }),
  };
}

/** Answers one after the other, the last one for ever. */
function clientOf(...answers: BoundedAnswer[]): { client: KubernetesClient; asked: string[] } {
  const asked: string[] = [];
  const send = async ({ path }: { path: string }): Promise<BoundedAnswer> => {
    asked.push(path);
    return answers.length > 1 ? answers.shift()! : answers[0]!;
  };
  return { client: { system: 'kubernetes az-b', send } as unknown as KubernetesClient, asked };
}

const list = { path: '/things', what: 'list of things', query: { labelSelector: 'a=b,c' } };

test('pages are put together, and each asks for what follows the one before', async () => {
  const { client, asked } = clientOf(page(['a'], 'token/1+='), page(['b'], 't2'), page(['c']));
  expect(await listAll(client, list)).toEqual(['a', 'b', 'c']);
  const queries = asked.map((path) => new URL(path, 'http://x').searchParams);
  expect(queries.map((query) => query.get('continue'))).toEqual([null, 'token/1+=', 't2']);
  expect(queries.every((query) => query.get('limit') === '500' && query.get('labelSelector') === 'a=b,c')).toBe(true);
});

test('an expired page token starts the list anew, and nothing is there twice', async () => {
  const { client } = clientOf(page(['a'], 't1'), expired, page(['a'], 't2'), page(['b']));
  expect(await listAll(client, list)).toEqual(['a', 'b']);
});

test('pages that expire again and again end as Unavailable', async () => {
  const { client, asked } = clientOf(expired);
  await expect(listAll(client, list)).rejects.toMatchObject({ failureClass: 'Unavailable', retryable: true });
  expect(asked.length).toBeLessThan(10);
});

test.each([
  ['a token that comes twice', [page(['a'], 't1'), page(['b'], 't1')]],
  ['two tokens that take turns', [page(['a'], 't1'), page(['b'], 't2'), page(['c'], 't1')]],
])('%s is a BadAnswer, not a list without an end', async (_, pages) => {
  const { client, asked } = clientOf(...pages);
  await expect(listAll(client, list)).rejects.toMatchObject({ failureClass: 'BadAnswer' });
  expect(asked.length).toBeLessThan(5);
});

test('the same page under ever new tokens is a BadAnswer', async () => {
  let token = 0;
  const items = [{ metadata: { namespace: 'default', name: 'orders' } }];
  const send = async () => ({
    status: 200,
    headers: {},
    body: JSON.stringify({ kind: 'ThingList', metadata: { continue: `${(token += 1)}` }, items }),
  });
  const client = { system: 'kubernetes az-b', send } as unknown as KubernetesClient;
  await expect(listAll(client, list)).rejects.toMatchObject({ failureClass: 'BadAnswer' });
  expect(token).toBe(2);
});

test('a list from memory that was cut off is a BadAnswer', async () => {
  const { client } = clientOf(page(['a'], 't1'));
  await expect(listFromMemory(client, list)).rejects.toMatchObject({ failureClass: 'BadAnswer' });
});

test.each(['<html>', '{"kind":"Status"}', '[]', '{"kind":"Thing","metadata":{},"items":[]}', '{"items":[]}'])(
  '%s is a BadAnswer',
  async (body) => {
    const { client } = clientOf({ status: 200, headers: {}, body });
    await expect(listAll(client, list)).rejects.toMatchObject({ failureClass: 'BadAnswer' });
  },
);
