/** The Flink operator of one zone: what it does when a FlinkDeployment changes, traps included. */
import { shutdownTtl } from '../../model/move/dismiss.ts';
import type { FlinkDeployment } from '../../model/job/flink-deployment.ts';
import { hasRun, jobOf } from '../../model/job/flink-deployment.ts';
import { jobKey, type JobRef } from '../../model/job/job.ts';
import type { RunFault } from '../flink/faults.ts';
import type { SimulatedRun } from '../flink/simulated-run.ts';
import { drawRun } from './drawn-run.ts';
import type { Clock } from '../../adapters/clock.ts';

/** A start as the operator carried it out. */
export interface Start {
  zone: string;
  job: string;
  path: string | undefined;
  atMs: number;
}

export class SimulatedOperator {
  readonly zone: string;
  /** All starts ever, in order. */
  readonly starts: Start[] = [];
  /** Present runs, by job. */
  readonly runs = new Map<string, SimulatedRun>();
  /** Jobs that were suspended by a savepoint: their pods stay until the operator is told to end them. */
  readonly idle = new Set<string>();
  /** Faults that the next runs begin with, by job. */
  readonly faults = new Map<string, RunFault>();
  readonly #clock: Clock;
  readonly #seed: number;
  readonly #started = new Map<string, number>();

  constructor(zone: string, clock: Clock, seed: number) {
    this.zone = zone;
    this.#clock = clock;
    this.#seed = seed;
  }

  /** Carries out what the object asks for, and returns its status. */
  reconcile(deployment: FlinkDeployment): FlinkDeployment['status'] {
    const key = jobKey(jobOf(deployment));
    const wantsToRun = deployment.spec.job?.state === 'running';
    if (!wantsToRun) return this.#suspend(deployment, key);
    this.idle.delete(key);
    if (this.runs.has(key)) return deployment.status;
    // The trap: a resource that has run ignores the path and goes on from what it last had.
    const path = hasRun(deployment) ? `s3a://last-state/${key}` : deployment.spec.job?.initialSavepointPath;
    const run = this.#run(jobOf(deployment), key, path);
    return {
      lifecycleState: 'DEPLOYED',
      jobManagerDeploymentStatus: 'DEPLOYING',
      jobStatus: { jobId: run.jobId, state: 'RECONCILING' },
      reconciliationStatus: { state: 'DEPLOYED', lastReconciledSpec: JSON.stringify(deployment.spec) },
    };
  }

  /** The zone has power again: what ran in it starts by itself, from where it was. */
  powerUp(): void {
    for (const [key, { job }] of this.runs) this.#run(job, key, `s3a://last-state/${key}`);
  }

  /** The object is gone, and its pods with it. */
  forget(job: JobRef): void {
    this.runs.delete(jobKey(job));
    this.idle.delete(jobKey(job));
  }

  /** The trap: pods of a native job that ended by a savepoint stay, for a day unless a later change says otherwise. */
  #suspend({ spec, status }: FlinkDeployment, key: string): FlinkDeployment['status'] {
    const ran = this.runs.delete(key);
    if (ran && spec.job?.upgradeMode === 'savepoint') this.idle.add(key);
    else if (spec.flinkConfiguration?.[shutdownTtl] === '0 s') this.idle.delete(key);
    if (!ran) return status ?? { lifecycleState: 'CREATED', jobManagerDeploymentStatus: 'MISSING' };
    return { ...status, lifecycleState: 'SUSPENDED' };
  }

  #run(job: JobRef, key: string, path: string | undefined): SimulatedRun {
    const nth = (this.#started.get(key) ?? 0) + 1;
    this.#started.set(key, nth);
    const fault = this.faults.get(key);
    const startedMs = this.#clock.now();
    const run = drawRun(this.#seed, { zone: this.zone, job, nth, startedMs, path, ...(fault ? { fault } : {}) });
    this.runs.set(key, run);
    this.starts.push({ zone: this.zone, job: key, path, atMs: startedMs });
    return run;
  }
}
