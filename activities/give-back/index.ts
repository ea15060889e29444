/** The activities that give jobs back the room that they made, as Temporal registers them. */
import type { JobRef } from '../../model/job/job.ts';
import type { GiveBackInput } from '../../model/inputs/give-back-input.ts';
import type { GiveBackPlan } from '../../model/move/give-back.ts';
import { keepBeating } from '../../jobs/keep-beating.ts';
import { activityPulse } from '../shared/pulse.ts';
import type { Pulse, Ports } from '../../adapters/ports.ts';
import { giveBackJob, type GivenBack, type Return } from './give-back-job.ts';
import { seeItRun } from './see-it-run.ts';
import { whoHasRoom } from './who-has-room.ts';

/** `pulse` as in `createEscapeActivities`. */
export function createGiveBackActivities(ports: Ports, pulse: () => Pulse = activityPulse) {
  const beating = <T>(work: (running: Pulse) => Promise<T>): Promise<T> => {
    const running = pulse();
    return keepBeating(
      running,
      () => undefined,
      () => work(running),
    );
  };
  return {
    async whoHasRoom(input: GiveBackInput): Promise<GiveBackPlan> {
      return beating(({ signal }) => whoHasRoom(ports, input, signal));
    },
    async giveBackJob(zone: string, job: JobRef): Promise<Return> {
      return beating(({ signal }) => giveBackJob(ports, zone, job, signal));
    },
    async seeItRun(
      zone: string,
      job: JobRef,
      started: { store: string; savepoint: string | null },
    ): Promise<GivenBack> {
      return beating((running) => seeItRun(ports, zone, job, started, running));
    },
  };
}

export type GiveBackActivities = ReturnType<typeof createGiveBackActivities>;
