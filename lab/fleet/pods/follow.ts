/**
 * Follows the metadata of a collection: reads all of it, then hears of each change, for as long as is wished. Metadata
 * alone is a fraction of the objects, and of what encoding them costs the API server.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { PodApi } from './api.ts';

export interface ObjectMetadata {
  metadata: { name: string; deletionTimestamp?: string; labels?: Record<string, string> };
}

export interface Followed {
  /** Of the collection, without query. */
  path: string;
  query: Record<string, string>;
  /** All that there is: at the beginning, and again whenever changes may have been missed. */
  onList(objects: ObjectMetadata[]): void;
  onChange(type: 'ADDED' | 'MODIFIED' | 'DELETED', object: ObjectMetadata): void;
}

interface WatchEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  object: ObjectMetadata;
}

/** Between two tries after a watch broke. */
const pauseMs = 500;

/** Returns once all was read for the first time. @returns what resolves when following is over after `signal` */
export async function follow(api: PodApi, followed: Followed, signal: AbortSignal): Promise<{ over: Promise<void> }> {
  let from = await list(api, followed, signal);
  const following = async () => {
    while (!signal.aborted) {
      try {
        await watch(api, followed, from, signal);
        from = await list(api, followed, signal);
      } catch {
        // The API server is away, or has forgotten that moment: all is read again when it answers.
        await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
        from = await list(api, followed, signal).catch(() => from);
      }
    }
  };
  return { over: following() };
}

async function list(api: PodApi, followed: Followed, signal: AbortSignal): Promise<string> {
  const query = new URLSearchParams({ ...followed.query, resourceVersion: '0' }).toString();
  let text = '';
  const accept = metadataAs('PartialObjectMetadataList');
  for await (const chunk of await api.stream(`${followed.path}?${query}`, accept, signal)) text += chunk;
  const { metadata, items } = JSON.parse(text) as {
    metadata: { resourceVersion: string };
    items: ObjectMetadata[] | null;
  };
  followed.onList(items ?? []);
  return metadata.resourceVersion;
}

/** Returns when the server ends the watch in peace, which it does every half hour or so. */
async function watch(api: PodApi, followed: Followed, from: string, signal: AbortSignal): Promise<void> {
  const query = new URLSearchParams({ ...followed.query, watch: '1', resourceVersion: from }).toString();
  const accept = metadataAs('PartialObjectMetadata');
  let rest = '';
  for await (const chunk of await api.stream(`${followed.path}?${query}`, accept, signal)) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const { type, object } = JSON.parse(line) as WatchEvent;
      if (type === 'ERROR') throw new Error('the watch is over');
      if (type !== 'BOOKMARK') followed.onChange(type, object);
    }
  }
}

/** What to accept, to be given metadata alone. */
export function metadataAs(kind: 'PartialObjectMetadata' | 'PartialObjectMetadataList'): string {
  return `application/json;as=${kind};v=v1;g=meta.k8s.io`;
}
