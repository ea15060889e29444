/** The JobManagers of all jobs of the world, each behind the way into its zone. */
import { setTimeout as delay } from 'node:timers/promises';
import { OutsideFailure, type FailureClass } from '../../adapters/failure.ts';
import type { FlinkGateway, FlinkJobManager } from '../../adapters/flink/port.ts';
import { jobKey, type JobRef } from '../../model/job/job.ts';
import { simulatedJobManager, type Send } from '../flink/job-manager.ts';
import { answerOf } from '../flink/rest-answers.ts';
import type { SimulatedCheckpoints } from '../flink/simulated-checkpoints.ts';
import type { SimulatedSavepoints } from '../flink/simulated-savepoints.ts';
import type { Clock } from '../../adapters/clock.ts';
import type { Way } from '../shared/way.ts';
import type { SimulatedOperator } from './simulated-operator.ts';

interface FlinkOfZone {
  way: Way;
  operator: SimulatedOperator;
}

const version = '1.20.0';

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
    const { way, operator } = this.#zones.get(zoneName)!;
    const key = jobKey(job);
    const system = `flink ${way.name}/${key}`;
    const failure = (failureClass: FailureClass, why: string) =>
      new OutsideFailure(failureClass, system, `${system}: ${why}.`);
    const send: Send = async (operation, request, signal) => {
      const silent = operator.runs.get(key)?.fault === 'rest-silent';
      if (silent) {
        // A caller that has given up hears its own reason, as from the adapter.
        await delay(silentMs, undefined, signal ? { signal } : {}).catch((error: unknown) => {
          throw signal?.reason ?? error;
        });
      }
      return way.request('flink', operation, key, signal, () => {
        const run = operator.runs.get(key);
        const nowMs = this.#clock.now();
        if (silent) throw failure('Unreachable', 'no complete answer in time');
        if (!run?.answersAt(nowMs)) throw failure('Unavailable', 'no Service, or nothing behind it, yet');
        if (run.fault === 'rest-5xx') throw failure('Unavailable', 'was refused by Flink (503)');
        return answerOf(run, request, {
          nowMs,
          version,
          savepoints: this.#savepoints,
          onTold: (checkpoint) => this.#checkpoints.lay(run, checkpoint),
        });
      });
    };
    return simulatedJobManager(send, system);
  }
}
