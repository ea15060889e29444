/** Creates pods in the order in which they are asked for, many at a time, and again until each is there. */
import { setTimeout as sleep } from 'node:timers/promises';
import PQueue from 'p-queue';
import type { PodApi } from './api.ts';
import type { Pod } from './pods-of-job.ts';

/** Posts in flight: enough to keep an API server busy. */
const atOnce = 32;

/** Before a pod is asked for again that was refused: a quota is full, or the one of that name is on its way out. */
const pauseMs = 1_000;

export interface PostedFor {
  /** Whether a pod that was asked for is still to be: its job may have been stopped meanwhile. */
  wanted: (pod: Pod) => boolean;
  /** Hears of pods that were refused and are asked for again. */
  onTrouble: (sentence: string) => void;
}

export class PodPoster {
  readonly #api: PodApi;
  readonly #for: PostedFor;
  readonly #ending = new AbortController();
  readonly #posts = new PQueue({ concurrency: atOnce });

  constructor(api: PodApi, postedFor: PostedFor) {
    this.#api = api;
    this.#for = postedFor;
  }

  /** Pods that are asked for and not there yet. */
  get waiting(): number {
    return this.#posts.size + this.#posts.pending;
  }

  /** Asks for pods behind those that wait already. */
  post(pods: readonly Pod[]): void {
    if (this.#ending.signal.aborted) return;
    for (const pod of pods) void this.#posts.add(() => this.#tryToPost(pod));
  }

  /** Creates nothing more. */
  close(): void {
    this.#ending.abort();
    this.#posts.clear();
  }

  async #tryToPost(pod: Pod): Promise<void> {
    if (!this.#for.wanted(pod)) return;
    const refused = await this.#create(pod).catch((error: unknown) => String(error));
    if (refused === undefined || this.#ending.signal.aborted) return;
    this.#for.onTrouble(`pod ${pod.metadata.namespace}/${pod.metadata.name}: ${refused}`);
    await sleep(pauseMs, undefined, { signal: this.#ending.signal }).catch(() => undefined);
    this.post([pod]);
  }

  /** Undefined once it is there; else why not. */
  async #create(pod: Pod): Promise<string | undefined> {
    const pods = `/api/v1/namespaces/${encodeURIComponent(pod.metadata.namespace)}/pods`;
    const one = `${pods}/${encodeURIComponent(pod.metadata.name)}`;
    const answer = await this.#api.send('POST', pods, pod);
    if (answer.status < 300) {
      // Its job was stopped while it was being made, after the others were deleted.
      if (!this.#for.wanted(pod)) await this.#api.send('DELETE', one);
      return undefined;
    }
    const message = `${answer.status} ${answer.body.slice(0, 200)}`;
    if (answer.status !== 409) return message;
    const there = await this.#api.send('GET', one);
    if (there.status !== 200) return message;
    const { metadata } = JSON.parse(there.body) as { metadata: { deletionTimestamp?: string } };
    // Its name says whose it is, so one that stays is the one that was asked for.
    return metadata.deletionTimestamp === undefined ? undefined : 'the one before it is still ending';
  }
}
