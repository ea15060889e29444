/** The world's own time: real time, sped up, so that a start of half a minute passes within a second. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Pulse } from '../../../activities/world.ts';

export class SimulatedClock {
  readonly speed: number;
  readonly #startedMs = Date.now();
  readonly #origin = performance.now();

  constructor(speed: number) {
    this.speed = speed;
  }

  now(): number {
    return Math.round(this.#startedMs + (performance.now() - this.#origin) * this.speed);
  }

  /** Waits for so much of the world's time, unless the signal fires first. */
  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    await delay(ms / this.speed, undefined, signal ? { signal } : {});
  }

  /** The activity's own pulse, but its sleeps pass as quickly as the world. */
  quicken(pulse: Pulse): Pulse {
    return { ...pulse, sleep: (ms) => pulse.sleep(ms / this.speed) };
  }
}
