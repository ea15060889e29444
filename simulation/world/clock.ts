/** The world's own time: steady time, sped up, so that a start of half a minute passes within a second. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Pulse } from '../../adapters/ports.ts';
import { steadyNow } from './steady-time.ts';
import type { Clock } from '../../adapters/clock.ts';

export class SimulatedClock implements Clock {
  readonly speed: number;
  readonly #startedMs = Date.now();
  readonly #passed: () => number;
  readonly #origin: number;

  /** @param passed what it follows; virtual time has no moments to leave out */
  constructor(speed: number, passed: () => number = steadyNow) {
    this.speed = speed;
    this.#passed = passed;
    this.#origin = passed();
  }

  now(): number {
    return Math.round(this.#startedMs + (this.#passed() - this.#origin) * this.speed);
  }

  /** Waits for so much of the world's time, unless the signal fires first. */
  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    await this.#pass(ms, (realMs) => delay(realMs, undefined, signal ? { signal } : {}));
  }

  /** In real time, as the requests of the simulation take real time and a deadline is of one or a few of them. */
  timeout(ms: number): AbortSignal {
    return AbortSignal.timeout(Math.ceil(ms));
  }

  /** The activity's own pulse, but its sleeps pass as quickly as the world. */
  quicken(pulse: Pulse): Pulse {
    return { ...pulse, sleep: (ms) => this.#pass(ms, (realMs) => pulse.sleep(realMs)) };
  }

  /** A timer of real time may be early, as the world's time may have stood still. */
  async #pass(ms: number, wait: (realMs: number) => Promise<unknown>): Promise<void> {
    const due = this.now() + ms;
    do await wait(Math.max(0, due - this.now()) / this.speed);
    while (this.now() < due);
  }
}
