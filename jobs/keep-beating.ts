/** Signs of life while one step may take longer than the activity's heartbeat time-out. */
import type { Pulse } from '../adapters/ports.ts';

const usualBeatEveryMs = 1_000;

/**
 * Beats until `work` ends. Without it a JobManager or store that stays silent for a request's whole deadline makes
 * Temporal take the worker for dead and begin again, without end.
 */
export async function keepBeating<T>(pulse: Pulse, details: () => unknown, work: () => Promise<T>): Promise<T> {
  pulse.beat(details());
  const beating = setInterval(() => pulse.beat(details()), pulse.beatEveryMs ?? usualBeatEveryMs);
  try {
    return await work();
  } finally {
    clearInterval(beating);
  }
}
