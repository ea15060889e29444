/**
 * Which pods of the fleet run, kept up to date. The server selects them by phase: there is one small event when a pod
 * begins to run and one when it ends, instead of four whole pods.
 */
import type { PodApi } from './api.ts';
import { follow, type ObjectMetadata } from './follow.ts';
import { madeFor } from './labels.ts';

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

  /** Whether a pod of an object runs. */
  has(object: string, name: string): boolean {
    return this.#byObject.get(object)?.has(name) ?? false;
  }

  /** Reads what runs, then follows it until `close`. `onGone` hears of each pod that ran and is no more. */
  async open(onGone: (pod: PodName) => void): Promise<void> {
    const { over } = await follow(
      this.#api,
      {
        path: '/api/v1/pods',
        query: { labelSelector: madeFor, fieldSelector: 'status.phase=Running' },
        onList: (pods) => {
          const before = this.#byObject;
          this.#byObject = new Map();
          this.#total = 0;
          for (const pod of pods) this.#note(pod);
          for (const [object, names] of before) {
            for (const name of names) if (!this.#byObject.get(object)?.has(name)) onGone({ object, name });
          }
        },
        onChange: (type, pod) => {
          // Told to end is as good as ended for whoever counts on it; its place is free only when it is gone.
          if (type === 'DELETED' || pod.metadata.deletionTimestamp !== undefined) this.#forget(pod);
          else this.#note(pod);
          if (type === 'DELETED') onGone(nameOf(pod));
        },
      },
      this.#ending.signal,
    );
    this.#over = over;
  }

  async close(): Promise<void> {
    this.#ending.abort();
    await this.#over;
  }

  #note(pod: ObjectMetadata): void {
    const { object, name } = nameOf(pod);
    const names = this.#byObject.get(object) ?? new Set();
    this.#byObject.set(object, names);
    if (!names.has(name)) this.#total += 1;
    names.add(name);
  }

  #forget(pod: ObjectMetadata): void {
    const { object, name } = nameOf(pod);
    if (this.#byObject.get(object)?.delete(name)) this.#total -= 1;
  }
}

function nameOf({ metadata: { name, labels } }: ObjectMetadata): PodName {
  return { object: labels?.[madeFor] ?? '', name };
}
