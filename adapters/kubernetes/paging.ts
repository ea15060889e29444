/** LIST in pages, so that neither side holds thousands of objects in one answer. */
import { OutsideFailure } from '../failure.ts';
import type { KubernetesClient } from './client.ts';
import { failureOf } from './failure.ts';

const pageSize = 500;

/** Pages of one list are of one moment; if that moment is compacted away meanwhile, all of it is read again. */
const maxRestarts = 3;

interface Page<T> {
  /** Of every collection it ends in `List`. */
  kind: string;
  metadata: { continue?: string };
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
  const page = parsePage<T>(client, list.what, answer.body);
  if (page.metadata.continue) throw notWhole(client, list.what, 'it was cut off, though no page was asked for');
  return page.items;
}

/** Undefined when a page has expired (410 Gone). */
async function listOnce<T, R>(client: KubernetesClient, list: List, pick: (item: T) => R): Promise<R[] | undefined> {
  const items: R[] = [];
  const tokens = new Set<string>();
  let before: string | undefined;
  for (let next: string | undefined; ;) {
    const query = new URLSearchParams({ ...list.query, limit: String(pageSize) });
    if (next) query.set('continue', next);
    const path = `${list.path}?${query.toString()}`;
    const answer = await client.send({ method: 'GET', path, what: list.what, signal: list.signal });
    if (answer.status === 410) return undefined;
    if (answer.status !== 200) throw failureOf(client.system, list.what, answer);
    const page = parsePage<T>(client, list.what, answer.body);
    const first = page.items.length === 0 ? undefined : nameOf(page.items[0]);
    if (first !== undefined && first === before) {
      throw notWhole(client, list.what, 'a page begins like the page before it');
    }
    before = first;
    for (const item of page.items) items.push(pick(item));
    next = page.metadata.continue;
    if (!next) return items;
    if (tokens.has(next)) throw notWhole(client, list.what, 'a continue token came twice');
    tokens.add(next);
  }
}

/** Namespace and name; undefined for an item without a name. */
function nameOf(item: unknown): string | undefined {
  const { metadata } = (item ?? {}) as { metadata?: { namespace?: string; name?: string } };
  return metadata?.name === undefined ? undefined : `${metadata.namespace ?? ''}/${metadata.name}`;
}

function parsePage<T>(client: KubernetesClient, what: string, body: string): Page<T> {
  try {
    const page = JSON.parse(body) as Page<T>;
    if (page.kind.endsWith('List') && Array.isArray(page.items) && typeof page.metadata === 'object') return page;
  } catch {
    // Falls through to the same sentence: no list either way.
  }
  throw notWhole(client, what, 'the answer is no list');
}

function notWhole(client: KubernetesClient, what: string, why: string): OutsideFailure {
  return new OutsideFailure('BadAnswer', client.system, `${client.system}: ${what} got no whole answer: ${why}.`);
}
