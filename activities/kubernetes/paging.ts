/** LIST in pages, so that neither side holds thousands of objects in one answer. */
import { OutsideFailure } from '../failure.ts';
import type { KubernetesClient } from './client.ts';
import { failureOf } from './failure.ts';

const pageSize = 500;

/** Pages of one list are of one moment; if that moment is compacted away meanwhile, all of it is read again. */
const maxRestarts = 3;

interface Page<T> {
  metadata?: { continue?: string };
  items: T[];
}

interface List {
  /** Without query. */
  path: string;
  what: string;
  query?: Record<string, string>;
  signal?: AbortSignal | undefined;
}

/** All objects of a collection. @throws OutsideFailure */
export async function listAll<T>(client: KubernetesClient, list: List): Promise<T[]>;
/** What `pick` takes of each: the rest of a page is let go before the next one is read. @throws OutsideFailure */
export async function listAll<T, R>(client: KubernetesClient, list: List, pick: (item: T) => R): Promise<R[]>;
export async function listAll<T, R>(client: KubernetesClient, list: List, pick?: (item: T) => R): Promise<(T | R)[]> {
  for (let restarts = 0; restarts <= maxRestarts; restarts++) {
    const items = await listOnce<T, T | R>(client, list, pick ?? ((item) => item));
    if (items) return items;
  }
  const sentence = `${client.system}: ${list.what} began again ${maxRestarts} times because its pages expired.`;
  throw new OutsideFailure(
    'Unavailable',
    client.system,
    `${sentence} The API server is too slow for it at the moment.`,
  );
}

/**
 * The same as the API server has it in memory, in one answer: for collections of which a selector leaves few. It asks
 * etcd nothing, which even a page of few objects costs a busy server: for a selector it reads and decodes all of them.
 * What it answers may be seconds old, or older after it was started anew. @throws OutsideFailure
 */
export async function listFromMemory<T>(client: KubernetesClient, list: List): Promise<T[]> {
  const query = new URLSearchParams({ ...list.query, resourceVersion: '0' });
  const path = `${list.path}?${query.toString()}`;
  const answer = await client.send({ method: 'GET', path, what: list.what, signal: list.signal });
  if (answer.status !== 200) throw failureOf(client.system, list.what, answer);
  return parsePage<T>(client, list.what, answer.body).items;
}

/** Undefined when a page has expired (410 Gone). */
async function listOnce<T, R>(client: KubernetesClient, list: List, pick: (item: T) => R): Promise<R[] | undefined> {
  const items: R[] = [];
  let next: string | undefined;
  do {
    const query = new URLSearchParams({ ...list.query, limit: String(pageSize) });
    if (next) query.set('continue', next);
    const call = {
      method: 'GET',
      path: `${list.path}?${query.toString()}`,
      what: list.what,
      signal: list.signal,
    } as const;
    const answer = await client.send(call);
    if (answer.status === 410) return undefined;
    if (answer.status !== 200) throw failureOf(client.system, list.what, answer);
    const page = parsePage<T>(client, list.what, answer.body);
    for (const item of page.items) items.push(pick(item));
    next = page.metadata?.continue;
  } while (next);
  return items;
}

function parsePage<T>(client: KubernetesClient, what: string, body: string): Page<T> {
  try {
    const page = JSON.parse(body) as Page<T>;
    if (Array.isArray(page.items)) return page;
  } catch {
    // Falls through to the same sentence: no list either way.
  }
  throw new OutsideFailure('BadAnswer', client.system, `${client.system}: ${what} was not answered with a list.`);
}
