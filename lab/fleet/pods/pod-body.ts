/**
 * Gives simulated jobs a body of real pods: created when a job starts, deleted when it stops, and made anew when the
 * scheduler pre-empts one. A job is up only while every one of its pods runs.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { JobRef } from '../../../model/job/job.ts';
import { jobKey } from '../../../model/job/job.ts';
import { jobOf, type FlinkDeployment } from '../../../model/job/flink-deployment.ts';
import type { JobBody } from '../job-body.ts';
import type { PodApi } from './api.ts';
import { metadataAs } from './follow.ts';
import { madeFor } from './labels.ts';
import { PodPoster } from './pod-poster.ts';
import { objectOf, podsOfJob, type Pod } from './pods-of-job.ts';
import { RunningPods } from './running-pods.ts';

/** Between two looks for pods that were lost before they ever ran: no watch tells of those. */
const lookForLostMs = 5_000;

interface Body {
  /** The object that its pods were made for. */
  object: string;
  /** By name. */
  pods: Map<string, Pod>;
}

export class PodBody implements JobBody {
  readonly #api: PodApi;
  readonly #say: (sentence: string) => void;
  readonly #poster: PodPoster;
  readonly #running: RunningPods;
  readonly #ending = new AbortController();
  /** By `namespace/job`. */
  readonly #jobs = new Map<string, Body>();
  readonly #byObject = new Map<string, Body>();
  #looking: Promise<void> = Promise.resolve();

  /** @param say hears what goes wrong and is tried again */
  constructor(api: PodApi, say: (sentence: string) => void) {
    this.#api = api;
    this.#say = say;
    const wanted = ({ metadata }: Pod) => this.#byObject.has(metadata.labels[madeFor] ?? '');
    this.#poster = new PodPoster(api, { wanted, onTrouble: say });
    this.#running = new RunningPods(api);
  }

  /** Pods of the fleet that run, whosever they are. */
  get running(): number {
    return this.#running.total;
  }

  /** To be awaited before the first job starts. */
  async open(): Promise<void> {
    await this.#running.open(({ object, name }) => {
      const pod = this.#byObject.get(object)?.pods.get(name);
      if (pod) this.#poster.post([pod]);
    });
    this.#looking = this.#lookForLost();
  }

  /** Creates the job's pods, behind those of jobs that were started before. Once more for the same object: nothing. */
  start(deployment: FlinkDeployment): void {
    const job = jobOf(deployment);
    const object = objectOf(deployment);
    if (this.#byObject.has(object)) return;
    this.stop(job);
    const body = { object, pods: new Map(podsOfJob(deployment).map((pod) => [pod.metadata.name, pod])) };
    this.#jobs.set(jobKey(job), body);
    this.#byObject.set(object, body);
    this.#poster.post([...body.pods.values()]);
  }

  /** Deletes the job's pods. */
  stop(job: JobRef): void {
    const body = this.#jobs.get(jobKey(job));
    if (!body) return;
    this.#jobs.delete(jobKey(job));
    this.#byObject.delete(body.object);
    void this.#deletePods(job, body);
  }

  /** True while every pod of the job runs. */
  ready(job: JobRef): boolean {
    const body = this.#jobs.get(jobKey(job));
    return body !== undefined && this.#isWhole(body);
  }

  async close(): Promise<void> {
    this.#ending.abort();
    this.#poster.close();
    await Promise.all([this.#running.close(), this.#looking]);
  }

  async #deletePods(job: JobRef, { object, pods }: Body): Promise<void> {
    const query = new URLSearchParams({ labelSelector: `${madeFor}=${object}` }).toString();
    const path = `/api/v1/namespaces/${encodeURIComponent(job.namespace)}/pods`;
    while (!this.#ending.signal.aborted) {
      const answer = await this.#api.send('DELETE', `${path}?${query}`).catch((error: unknown) => String(error));
      if (typeof answer !== 'string' && answer.status < 300) return;
      const why = typeof answer === 'string' ? answer : `${answer.status} ${answer.body.slice(0, 200)}`;
      this.#say(`${pods.size} pods of ${jobKey(job)} were not deleted: ${why}`);
      await this.#pause(1_000);
    }
  }

  async #lookForLost(): Promise<void> {
    let ranBefore = -1;
    for (;;) {
      await this.#pause(lookForLostMs);
      if (this.#ending.signal.aborted) return;
      // While pods are still being created, all are missing; and a list of tens of thousands that are still being placed
      // would hold up the API server that places them.
      const isMoving = this.#poster.waiting > 0 || this.#running.total !== ranBefore;
      ranBefore = this.#running.total;
      if (isMoving) continue;
      const short = [...this.#byObject.values()].filter((body) => !this.#isWhole(body));
      if (short.length === 0) continue;
      const waiting = await this.#namesWaiting().catch((error: unknown) => this.#say(`list of pods: ${String(error)}`));
      if (!waiting) continue;
      for (const { object, pods } of short) {
        if (!this.#byObject.has(object)) continue;
        const isThere = (name: string) => waiting.has(name) || this.#running.has(object, name);
        this.#poster.post([...pods].flatMap(([name, pod]) => (isThere(name) ? [] : [pod])));
      }
    }
  }

  #isWhole({ object, pods }: Body): boolean {
    return this.#running.of(object) >= pods.size;
  }

  /** Names of pods that do not run yet; those that do are known. */
  async #namesWaiting(): Promise<Set<string>> {
    const selectors = { labelSelector: madeFor, fieldSelector: 'status.phase=Pending' };
    const query = new URLSearchParams({ ...selectors, resourceVersion: '0' }).toString();
    const accept = metadataAs('PartialObjectMetadataList');
    let text = '';
    for await (const chunk of await this.#api.stream(`/api/v1/pods?${query}`, accept, this.#ending.signal)) {
      text += chunk;
    }
    const { items } = JSON.parse(text) as { items: { metadata: { name: string } }[] | null };
    return new Set((items ?? []).map(({ metadata }) => metadata.name));
  }

  async #pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#ending.signal }).catch(() => undefined);
  }
}
