/**
 * Plays the Flink operator and the Flink of all FlinkDeployments of one namespace: a job that is told to run runs after
 * a while, and its REST says so. It writes the status as the operator does, since that tells an object that ran from
 * one that never did.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type JobRef, jobKey } from '../../model/job/job.ts';
import { type FlinkDeployment, hasRun, jobOf } from '../../model/job/flink-deployment.ts';
import { answerOf, nobodyListens, refused, type RestAnswer } from '../../simulation/flink/rest-answers.ts';
import { serveRest } from '../../simulation/flink/rest-server.ts';
import type { RestRequest } from '../../simulation/flink/rest-routes.ts';
import type { SimulatedRun } from '../../simulation/flink/simulated-run.ts';
import { SimulatedSavepoints } from '../../simulation/flink/simulated-savepoints.ts';
import type { Clock } from '../../simulation/shared/way.ts';
import { DeploymentsWatch } from './deployments-watch.ts';
import { draw } from './draw.ts';
import { noBody, type JobBody } from './job-body.ts';
import { faultOf, type JobFault } from './draw-fault.ts';
import { fleetRun } from './fleet-run.ts';
import type { PodApi } from './pods/api.ts';
import { StatusWriter } from './status-writer.ts';

export interface SimulatorSettings {
  namespace: string;
  seed: number;
  /** All that takes time takes so many times less; 1 is as measured. */
  speed: number;
  /** Share of the jobs with a fault, 0 to 1. */
  faults: number;
  /** Where the REST of all jobs listens. */
  rest: { host: string; port: number };
}

/** How often jobs whose body is not there are looked at. */
const lookAtBodiesMs = 250;

/** What `/config` tells as Flink's version: nobody shall take this for a Flink. */
const version = '1.20.0-simulated';

const realTime: Clock = {
  now: () => Date.now(),
  timeout: (ms) => AbortSignal.timeout(ms),
  sleep: async (ms, signal) => sleep(ms, undefined, signal ? { signal } : {}),
};

/** Share of requests that a JobManager with the fault `rest-5xx` answers so. */
const troubleShare = 1 / 3;

interface Running {
  uid: string;
  run: SimulatedRun;
  requests: number;
}

export class FleetSimulator {
  readonly #settings: SimulatorSettings;
  readonly #body: JobBody;
  readonly #watch: DeploymentsWatch;
  readonly #status: StatusWriter;
  readonly #savepoints: SimulatedSavepoints;
  readonly #running = new Map<string, Running>();
  /** How often each job was started. */
  readonly #starts = new Map<string, number>();
  readonly #waiting = new Map<string, JobRef>();
  #rest: Awaited<ReturnType<typeof serveRest>> | undefined;
  #looking: NodeJS.Timeout | undefined;

  /** @param say hears what goes wrong and is tried again */
  constructor(api: PodApi, settings: SimulatorSettings, say: (sentence: string) => void, body: JobBody = noBody) {
    this.#settings = settings;
    this.#body = body;
    this.#status = new StatusWriter(api, say);
    // Flink of a fleet writes into no store: each savepoint that it is asked for fails.
    this.#savepoints = new SimulatedSavepoints(realTime, settings.seed, () => undefined);
    this.#watch = new DeploymentsWatch(api, settings.namespace, {
      onSeen: (deployment) => this.#reconcile(deployment),
      onGone: (deployment) => this.#stop(deployment.metadata),
    });
  }

  /** Reads what there is and begins. Answers with the port of its REST. */
  async open(): Promise<number> {
    await this.#watch.open();
    this.#looking = setInterval(() => this.#lookAtBodies(), lookAtBodiesMs);
    this.#rest = await serveRest(
      this.#settings.rest,
      (job, request) => this.#answer(job, request),
      () => ({
        simulates: 'Flink and its operator',
        ...this.#settings,
        ...this.count(),
        podsRunning: this.#body.running,
      }),
    );
    return this.#rest.port;
  }

  async close(): Promise<void> {
    clearInterval(this.#looking);
    this.#status.close();
    await Promise.all([this.#watch.close(), this.#rest?.close()]);
  }

  /** Jobs that are to run now, and those of them whose tasks all run. */
  count(): { started: number; running: number } {
    const now = Date.now();
    const running = [...this.#running.values()].filter(({ run }) => run.allRunAt(now)).length;
    return { started: this.#running.size, running };
  }

  /** How often each job was started since this simulator began, by `namespace/name`. */
  get starts(): ReadonlyMap<string, number> {
    return this.#starts;
  }

  /** What a job runs on now; undefined when it is not to run. */
  runOf(job: JobRef): SimulatedRun | undefined {
    return this.#running.get(jobKey(job))?.run;
  }

  #reconcile(deployment: FlinkDeployment): void {
    const job = jobOf(deployment);
    const uid = deployment.metadata.uid ?? '';
    const before = this.#running.get(jobKey(job));
    const isToRun = deployment.spec.job?.state === 'running' && deployment.metadata.deletionTimestamp === undefined;
    if (before && (before.uid !== uid || !isToRun)) {
      this.#stop(job);
      if (before.uid === uid && deployment.metadata.deletionTimestamp === undefined) this.#status.suspended(job);
    }
    if (!isToRun || this.#running.has(jobKey(job))) return;
    this.#start(deployment, job, uid);
  }

  #start(deployment: FlinkDeployment, job: JobRef, uid: string): void {
    const key = jobKey(job);
    const { seed, speed } = this.#settings;
    const nth = (this.#starts.get(key) ?? 0) + 1;
    this.#starts.set(key, nth);
    const ranSince = Number(deployment.status?.jobStatus?.startTime);
    const isRunningAlready = deployment.status?.lifecycleState === 'DEPLOYED' && ranSince > 0;
    // The trap that is real: an object that has run ignores the path and goes on from what it last had.
    const isStale = hasRun(deployment) && !isRunningAlready;
    const path = isStale ? `s3a://last-state/${key}` : deployment.spec.job?.initialSavepointPath;
    const run = fleetRun({ job, nth, seed, speed, path, fault: this.faultOf(job) });
    this.#running.set(key, { uid, run, requests: 0 });
    this.#body.start(deployment);
    // A simulator that was started again takes up what it left running.
    if (isRunningAlready) run.startedMs = ranSince;
    else if (this.#body.ready(job)) run.startedMs = Date.now();
    else this.#waiting.set(key, job);
    if (!isRunningAlready) this.#status.deployed(deployment, run.jobId);
  }

  /** What is wrong with a job. */
  faultOf(job: JobRef): JobFault | undefined {
    return faultOf(this.#settings.seed, jobKey(job), this.#settings.faults);
  }

  #stop(job: JobRef): void {
    const key = jobKey(job);
    this.#waiting.delete(key);
    if (this.#running.delete(key)) this.#body.stop(job);
  }

  #lookAtBodies(): void {
    for (const [key, job] of this.#waiting) {
      if (!this.#body.ready(job)) continue;
      this.#waiting.delete(key);
      const running = this.#running.get(key);
      if (running) running.run.startedMs = Date.now();
    }
  }

  #answer(job: JobRef, request: RestRequest): RestAnswer {
    const key = jobKey(job);
    const running = this.#running.get(key);
    if (!running) return nobodyListens;
    const { run } = running;
    if (!this.#body.ready(job)) {
      // Its pods were taken: it starts anew when they are there again.
      run.startedMs = undefined;
      this.#waiting.set(key, job);
      return nobodyListens;
    }
    running.requests += 1;
    if (run.fault === 'rest-5xx' && draw(this.#settings.seed, '5xx', key, running.requests) < troubleShare) {
      return refused;
    }
    return answerOf(run, request, { nowMs: Date.now(), version, savepoints: this.#savepoints });
  }
}
