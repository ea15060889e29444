/** The REST of every JobManager of the world. */
import { setTimeout as delay } from 'node:timers/promises';
import { OutsideFailure, type FailureClass } from '../../adapters/failure.ts';
import type { FlinkGateway, FlinkJobManager, SavepointRequest, TriggerStatus } from '../../adapters/flink/port.ts';
import { jobKey, type JobRef } from '../../model/job/job.ts';
import type { SimulatedCheckpoints } from './simulated-checkpoints.ts';
import { exceptionsOf } from './job-fault.ts';
import type { SimulatedOperator } from './simulated-operator.ts';
import type { SimulatedRun } from './simulated-run.ts';
import type { SimulatedSavepoints } from './simulated-savepoints.ts';
import type { Clock, Way } from './way.ts';

interface FlinkOfZone {
  way: Way;
  operator: SimulatedOperator;
}

/** Longer than the heartbeat time-out of a verification. */
const silentMs = 6_000;

export class SimulatedFlink implements FlinkGateway {
  readonly #zones: ReadonlyMap<string, FlinkOfZone>;
  readonly #clock: Clock;
  readonly #savepoints: SimulatedSavepoints;
  readonly #checkpoints: SimulatedCheckpoints;

  constructor(
    zones: ReadonlyMap<string, FlinkOfZone>,
    clock: Clock,
    snapshots: { savepoints: SimulatedSavepoints; checkpoints: SimulatedCheckpoints },
  ) {
    this.#zones = zones;
    this.#clock = clock;
    this.#savepoints = snapshots.savepoints;
    this.#checkpoints = snapshots.checkpoints;
  }

  jobManager(zoneName: string, job: JobRef): FlinkJobManager {
    const zone = this.#zones.get(zoneName)!;
    const ask = <T>(operation: string, signal: AbortSignal | undefined, answer: (run: SimulatedRun) => T) =>
      this.#ask(zone, job, operation, signal, answer);
    const ofJob = <T>(
      operation: string,
      jobId: string,
      signal: AbortSignal | undefined,
      answer: (run: SimulatedRun) => T,
    ) =>
      ask(operation, signal, (run) => {
        if (run.jobId === jobId) return answer(run);
        throw this.#failure('NotFound', zone, job, `knows no job ${jobId}`);
      });
    const now = () => this.#clock.now();
    return {
      jobs: (signal) =>
        ask('jobs', signal, (run) => {
          const { id, state } = run.detailAt(now());
          return run.knowsJobAt(now()) ? [{ id, status: state }] : [];
        }),
      job: (jobId, signal) => ofJob('job', jobId, signal, (run) => run.detailAt(now())),
      checkpoints: (jobId, signal) =>
        ofJob('checkpoints', jobId, signal, (run) => {
          const statistics = run.checkpointsAt(now());
          this.#checkpoints.lay(run, statistics.latestCompleted);
          return statistics;
        }),
      checkpointTimeoutMs: (jobId, signal) =>
        ofJob('checkpoints config', jobId, signal, (run) => run.checkpointTimeoutMs),
      exceptions: (jobId, signal) =>
        ofJob('exceptions', jobId, signal, (run) => exceptionsOf(run.fault, run.restartsAt(now()), now())),
      triggerCheckpoint: (jobId, _triggerId, signal) =>
        ofJob('triggerCheckpoint', jobId, signal, (run) => run.askForCheckpoint(now())),
      checkpointStatus: () => Promise.resolve({ state: 'in-progress' }),
      triggerSavepoint: (request: SavepointRequest, signal) =>
        ofJob('triggerSavepoint', request.jobId, signal, (run) => this.#savepoints.trigger(run, request)),
      savepointStatus: (jobId, triggerId, signal): Promise<TriggerStatus<{ location: string }>> =>
        ofJob('savepointStatus', jobId, signal, () => this.#savepoints.statusOf(triggerId)),
      version: (signal) => ask('version', signal, () => '1.20.0'),
    };
  }

  async #ask<T>(
    zone: FlinkOfZone,
    job: JobRef,
    operation: string,
    signal: AbortSignal | undefined,
    answer: (run: SimulatedRun) => T,
  ): Promise<T> {
    const silent = zone.operator.runs.get(jobKey(job))?.fault === 'rest-silent';
    if (silent) {
      // A caller that has given up hears its own reason, as from the adapter.
      await delay(silentMs, undefined, signal ? { signal } : {}).catch((error: unknown) => {
        throw signal?.reason ?? error;
      });
    }
    return zone.way.request('flink', operation, jobKey(job), signal, () => {
      const run = zone.operator.runs.get(jobKey(job));
      if (silent) throw this.#failure('Unreachable', zone, job, 'no complete answer in time');
      if (!run?.answersAt(this.#clock.now()))
        throw this.#failure('Unavailable', zone, job, 'no Service, or nothing behind it, yet');
      if (run.fault === 'rest-5xx') throw this.#failure('Unavailable', zone, job, 'was refused by Flink (503)');
      return answer(run);
    });
  }

  #failure(failureClass: FailureClass, zone: FlinkOfZone, job: JobRef, why: string): OutsideFailure {
    const system = `flink ${zone.way.name}/${jobKey(job)}`;
    return new OutsideFailure(failureClass, system, `${system}: ${why}.`);
  }
}
