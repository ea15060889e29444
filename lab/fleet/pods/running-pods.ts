/**
 * Which pods of the fleet run, kept up to date by a watch. It selects by phase on the server and asks for metadata
 * alone: one small event when a pod begins to run and one when it ends, instead of four whole pods.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { madeFor } from './labels.ts';
import type { PodApi } from './api.ts';

const metadata = 'v=v1;g=meta.k8s.io';
const listAccept = `application/json;as=PartialObjectMetadataList;${metadata}`;
const watchAccept = `application/json;as=PartialObjectMetadata;${metadata}`;

/** Between two tries after a watch broke. */
const pauseMs = 500;

interface PodMetadata {
  metadata: {
    name: string;
    namespace: string;
    resourceVersion: string;
    deletionTimestamp?: string;
    labels?: Record<string, string>;
  };
}

interface WatchEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  object: PodMetadata;
}

/** A pod by the object that it was made for and its name. */
export interface PodName {
  /** What its label `madeFor` says. */
  object: string;
  name: string;
}

export class RunningPods {
  readonly #api: PodApi;
  readonly #ending = new AbortController();
  /** By object: names of its pods that run. */
  #byObject = new Map<string, Set<string>>();
  #total = 0;
  #over: Promise<void> = Promise.resolve();

  constructor(api: PodApi) {
    this.#api = api;
  }

  /** Pods that run now. */
  get total(): number {
    return this.#total;
  }

  /** How many pods of an object run. */
  of(object: string): number {
    return this.#byObject.get(object)?.size ?? 0;
  }

  /** Reads what runs, then follows it until `close`. `onGone` hears of each pod that ran and does no more. */
  async open(onGone: (pod: PodName) => void): Promise<void> {
    let from = await this.#list(onGone);
    this.#over = (async () => {
      while (!this.#ending.signal.aborted) {
        try {
          await this.#watch(from, onGone);
          from = await this.#list(onGone);
        } catch {
          // The API server is away, or has forgotten that moment: all is read again when it answers.
          await sleep(pauseMs, undefined, { signal: this.#ending.signal }).catch(() => undefined);
          from = await this.#list(onGone).catch(() => from);
        }
      }
    })();
  }

  async close(): Promise<void> {
    this.#ending.abort();
    await this.#over;
  }

  async #list(onGone: (pod: PodName) => void): Promise<string> {
    const path = `/api/v1/pods?${this.#query({ resourceVersion: '0' })}`;
    let text = '';
    for await (const chunk of await this.#api.stream(path, listAccept, this.#ending.signal)) text += chunk;
    const list = JSON.parse(text) as { metadata: { resourceVersion: string }; items: PodMetadata[] | null };
    const before = this.#byObject;
    this.#byObject = new Map();
    this.#total = 0;
    for (const pod of list.items ?? []) this.#note(pod);
    for (const [object, names] of before) {
      for (const name of names) if (!this.#byObject.get(object)?.has(name)) onGone({ object, name });
    }
    return list.metadata.resourceVersion;
  }

  /** Returns when the server ends the watch in peace, which it does every half hour or so. */
  async #watch(resourceVersion: string, onGone: (pod: PodName) => void): Promise<void> {
    const path = `/api/v1/pods?${this.#query({ watch: '1', resourceVersion })}`;
    let rest = '';
    for await (const chunk of await this.#api.stream(path, watchAccept, this.#ending.signal)) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) this.#hear(JSON.parse(line) as WatchEvent, onGone);
    }
  }

  #hear({ type, object }: WatchEvent, onGone: (pod: PodName) => void): void {
    if (type === 'ERROR') throw new Error('the watch is over');
    if (type === 'BOOKMARK') return;
    if (type !== 'DELETED' && object.metadata.deletionTimestamp === undefined) this.#note(object);
    else {
      // Told to end is as good as ended for whoever counts on it; its place is free only when it is gone.
      this.#forget(object);
      if (type === 'DELETED') onGone(nameOf(object));
    }
  }

  #note(pod: PodMetadata): void {
    const { object, name } = nameOf(pod);
    const names = this.#byObject.get(object) ?? new Set();
    this.#byObject.set(object, names);
    if (!names.has(name)) this.#total += 1;
    names.add(name);
  }

  #forget(pod: PodMetadata): void {
    const { object, name } = nameOf(pod);
    if (this.#byObject.get(object)?.delete(name)) this.#total -= 1;
  }

  #query(more: Record<string, string>): string {
    const select = { labelSelector: madeFor, fieldSelector: 'status.phase=Running' };
    return new URLSearchParams({ ...select, ...more }).toString();
  }
}

function nameOf({ metadata: { name, labels } }: PodMetadata): PodName {
  return { object: labels?.[madeFor] ?? '', name };
}
