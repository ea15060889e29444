/** Follows the FlinkDeployments of one namespace: reads all, then hears of each change, and reads again after a gap. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { FlinkDeployment } from '../../model/job/flink-deployment.ts';
import type { PodApi } from './pods/api.ts';

/** Between two tries after the watch broke. */
const pauseMs = 500;
const pageSize = 500;

interface List {
  metadata: { resourceVersion: string; continue?: string };
  items: FlinkDeployment[];
}

interface WatchEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  object: FlinkDeployment;
}

export interface DeploymentsHeard {
  /** A FlinkDeployment as it is now. */
  onSeen: (deployment: FlinkDeployment) => void;
  onGone: (deployment: Pick<FlinkDeployment, 'metadata'>) => void;
}

export class DeploymentsWatch {
  readonly #api: PodApi;
  readonly #path: string;
  readonly #heard: DeploymentsHeard;
  readonly #ending = new AbortController();
  #known = new Map<string, Pick<FlinkDeployment, 'metadata'>>();
  #over: Promise<void> = Promise.resolve();

  constructor(api: PodApi, namespace: string, heard: DeploymentsHeard) {
    this.#api = api;
    this.#path = `/apis/flink.apache.org/v1beta1/namespaces/${encodeURIComponent(namespace)}/flinkdeployments`;
    this.#heard = heard;
  }

  /** Returns once all that was there has been told. @throws when that cannot be read */
  async open(): Promise<void> {
    let from: string | undefined = await this.#list();
    this.#over = (async () => {
      while (!this.#ending.signal.aborted) {
        try {
          from ??= await this.#list();
          await this.#watch(from);
        } catch {
          // The API server is away, or has forgotten that moment.
          await sleep(pauseMs, undefined, { signal: this.#ending.signal }).catch(() => undefined);
        }
        from = undefined;
      }
    })();
  }

  async close(): Promise<void> {
    this.#ending.abort();
    await this.#over;
  }

  async #list(): Promise<string> {
    const before = this.#known;
    this.#known = new Map();
    let next: string | undefined;
    let resourceVersion = '0';
    do {
      const query = new URLSearchParams({ limit: String(pageSize), ...(next ? { continue: next } : {}) });
      const answer = await this.#api.send('GET', `${this.#path}?${query.toString()}`);
      if (answer.status !== 200) throw new Error(`GET ${this.#path}: ${answer.status} ${answer.body.slice(0, 200)}`);
      const list = JSON.parse(answer.body) as List;
      for (const deployment of list.items) this.#seen(deployment);
      next = list.metadata.continue;
      resourceVersion = list.metadata.resourceVersion;
    } while (next);
    for (const [name, gone] of before) if (!this.#known.has(name)) this.#heard.onGone(gone);
    return resourceVersion;
  }

  /** Returns when the server ends the watch in peace. */
  async #watch(resourceVersion: string): Promise<void> {
    const query = new URLSearchParams({ watch: '1', resourceVersion });
    const path = `${this.#path}?${query.toString()}`;
    let rest = '';
    for await (const chunk of await this.#api.stream(path, 'application/json', this.#ending.signal)) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) this.#hear(JSON.parse(line) as WatchEvent);
    }
  }

  #hear({ type, object }: WatchEvent): void {
    if (type === 'ERROR') throw new Error('the watch is over');
    if (type === 'BOOKMARK') return;
    if (type !== 'DELETED') return this.#seen(object);
    this.#known.delete(object.metadata.name);
    this.#heard.onGone(object);
  }

  #seen(deployment: FlinkDeployment): void {
    this.#known.set(deployment.metadata.name, { metadata: deployment.metadata });
    this.#heard.onSeen(deployment);
  }
}
