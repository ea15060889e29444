/**
 * Processes that take turns at one store, in an order that the test draws: each request is a step, time passes only
 * when all of them sleep, and a process can be killed before or after the effect of any of its requests.
 */
import { setImmediate } from 'node:timers/promises';
import { systemClock } from '../../../adapters/clock.ts';
import type { SnapshotStore, StoredObject } from '../../../adapters/storage/port.ts';
import {
  MemoryStore,
  type HeldObjects,
  type Listing,
  type StoreRequest,
} from '../../../simulation/shared/memory-store.ts';

export interface Death {
  /** The request at which it dies, counted from 1. */
  at: number;
  /** Whether that request still takes effect. */
  effect: boolean;
}

interface Turn {
  actor: Actor;
  act: () => unknown;
  answer: (value: unknown) => void;
}

export class Actor {
  requests = 0;
  dead = false;
  readonly death: Death | undefined;

  constructor(death?: Death) {
    this.death = death;
  }
}

export class Turnstile {
  readonly objects: HeldObjects = new Map();
  /** Keys in the order in which they were deleted. */
  readonly deleted: string[] = [];
  nowMs = Date.UTC(2026, 10, 21);
  /** What a listing shows of what is there. */
  shows: (objects: StoredObject[]) => StoredObject[] = (objects) => objects;
  #turns: Turn[] = [];
  #starts: { afterSteps: number; start: () => void }[] = [];
  #steps = 0;
  #sleepers: { actor: Actor; untilMs: number; wake: () => void }[] = [];

  /**
   * Lets all of them run until each has ended, sleeps no more, or is dead. `draw` says whose request is next, of those
   * that wait; `seen` is called after each.
   */
  async drive(draw: (waiting: readonly Actor[]) => number, seen: () => void): Promise<void> {
    for (;;) {
      const due = this.#starts.filter(({ afterSteps }) => afterSteps <= this.#steps);
      this.#starts = this.#starts.filter((one) => !due.includes(one));
      for (const { start } of due) start();
      await setImmediate();
      const [turn] = this.#turns.splice(
        draw(this.#turns.map(({ actor }) => actor)) % Math.max(1, this.#turns.length),
        1,
      );
      if (turn) {
        this.#take(turn);
        this.#steps += 1;
        seen();
        continue;
      }
      if (this.#starts.length > 0) {
        this.#steps += 1;
        continue;
      }
      this.#sleepers.sort((a, b) => a.untilMs - b.untilMs);
      const sleeper = this.#sleepers.shift();
      if (!sleeper) return;
      this.nowMs = Math.max(this.nowMs, sleeper.untilMs);
      sleeper.wake();
    }
  }

  /** Begins something when so many more requests were answered. */
  later(requests: number, start: () => void): void {
    this.#starts.push({ afterSteps: this.#steps + requests, start });
  }

  /** One process's view of the store. */
  storeOf(actor: Actor): SnapshotStore {
    const turn = <T>(act: () => T): Promise<T> =>
      new Promise((resolve) => {
        if (!actor.dead) this.#turns.push({ actor, act, answer: (value) => resolve(value as T) });
      });
    const request: StoreRequest = (operation, key, _signal, effect) =>
      turn(() => {
        if (operation === 'delete' && this.objects.has(key)) this.deleted.push(key);
        return effect();
      });
    const { objects } = this;
    const listing: Listing = (now, of) => this.shows(of(now));
    const clock = { ...systemClock(), now: () => this.nowMs };
    return new MemoryStore({ description: 'the store', objects, clock, request, listing });
  }

  sleepOf(actor: Actor): (ms: number) => Promise<void> {
    return (ms) =>
      new Promise((wake) => {
        if (!actor.dead) this.#sleepers.push({ actor, untilMs: this.nowMs + ms, wake });
      });
  }

  write(key: string, bytes: Uint8Array): void {
    this.objects.set(key, { modifiedMs: this.nowMs, bytes });
  }

  #take({ actor, act, answer }: Turn): void {
    if (actor.dead) return;
    actor.requests += 1;
    const dies = actor.death?.at === actor.requests;
    if (dies && !actor.death?.effect) actor.dead = true;
    if (actor.dead) return;
    const value = act();
    actor.dead = dies;
    if (!actor.dead) answer(value);
  }
}
