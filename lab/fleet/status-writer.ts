/** Writes what the operator would write into the status of FlinkDeployments, a few at a time, until it is written. */
import { setTimeout as sleep } from 'node:timers/promises';
import PQueue from 'p-queue';
import { type JobRef, jobKey } from '../../model/job/job.ts';
import { type FlinkDeployment, jobOf } from '../../model/job/flink-deployment.ts';
import type { PodApi } from './pods/api.ts';

/** Few, so that an API server that is being asked for starts answers those first. */
const atOnce = 4;
const pauseMs = 1_000;

export class StatusWriter {
  readonly #api: PodApi;
  readonly #say: (sentence: string) => void;
  readonly #ending = new AbortController();
  readonly #writes = new PQueue({ concurrency: atOnce });

  constructor(api: PodApi, say: (sentence: string) => void) {
    this.#api = api;
    this.#say = say;
  }

  /** The job was started: from now on its object has run. */
  deployed(deployment: FlinkDeployment, jobId: string): void {
    const now = Date.now();
    const { job } = deployment.spec;
    this.#write(jobOf(deployment), {
      lifecycleState: 'DEPLOYED',
      jobManagerDeploymentStatus: 'READY',
      jobStatus: { jobId, jobName: 'simulated', state: 'RUNNING', startTime: String(now), updateTime: String(now) },
      reconciliationStatus: {
        state: 'DEPLOYED',
        reconciliationTimestamp: now,
        lastReconciledSpec: JSON.stringify({ job }),
      },
    });
  }

  /** The job was told to stop, and did. */
  suspended(job: JobRef): void {
    const jobStatus = { state: 'FINISHED', updateTime: String(Date.now()) };
    this.#write(job, { lifecycleState: 'SUSPENDED', jobManagerDeploymentStatus: 'MISSING', jobStatus });
  }

  close(): void {
    this.#ending.abort();
    this.#writes.clear();
  }

  #write(job: JobRef, status: object): void {
    if (!this.#ending.signal.aborted) void this.#writes.add(() => this.#tryToWrite(job, status));
  }

  async #tryToWrite(job: JobRef, status: object): Promise<void> {
    const folder = `/apis/flink.apache.org/v1beta1/namespaces/${encodeURIComponent(job.namespace)}/flinkdeployments`;
    const path = `${folder}/${encodeURIComponent(job.name)}/status?fieldManager=simulated-operator`;
    const answer = await this.#api
      .send('PATCH', path, { status }, 'application/merge-patch+json')
      .catch((error: unknown) => String(error));
    // An object that is gone has no status.
    if (typeof answer !== 'string' && (answer.status < 300 || answer.status === 404)) return;
    const why = typeof answer === 'string' ? answer : `${answer.status} ${answer.body.slice(0, 200)}`;
    this.#say(`status of ${jobKey(job)} was not written: ${why}`);
    await sleep(pauseMs, undefined, { signal: this.#ending.signal }).catch(() => undefined);
    this.#write(job, status);
  }
}
