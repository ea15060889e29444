/**
 * The event loop of a simulated run. Time passes only when nothing is left to do at its moment; events of one moment
 * happen in an order drawn from the seed, so that no code can rely on who asked first.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { Random } from './random.ts';

/** A simulated operating system process: when it is dead, none of its timers fires. */
export interface Process {
  readonly name: string;
  dead: boolean;
}

/** Whose code runs just now; undefined for the world itself. */
export const currentProcess = new AsyncLocalStorage<Process | undefined>();

export interface VirtualTimer {
  atMs: number;
  cancelled: boolean;
}

interface Event extends VirtualTimer {
  tie: number;
  order: number;
  owner: Process | null;
  act: () => unknown;
}

/** Where every run begins, whatever the day: 2026-01-01. */
export const originMs = Date.UTC(2026, 0, 1);

export class VirtualTime {
  nowMs = originMs;
  /** Events so far: what a run cost. */
  events = 0;
  readonly #random: Random;
  readonly #heap: Event[] = [];
  #order = 0;

  constructor(seed: number) {
    this.#random = new Random(seed, 'ties');
  }

  /** Seconds since the run began. */
  get elapsedSeconds(): number {
    return (this.nowMs - originMs) / 1000;
  }

  /** Does it later, unless its owner is dead by then; null: the world. What it returns is awaited before the next event. */
  after(delayMs: number, act: () => unknown, owner: Process | null = currentProcess.getStore() ?? null): VirtualTimer {
    const wait = Number.isFinite(delayMs) ? Math.max(0, Math.ceil(delayMs)) : 0;
    const tie = this.#random.next();
    const event: Event = { atMs: this.nowMs + wait, tie, order: this.#order++, cancelled: false, owner, act };
    this.#push(event);
    return event;
  }

  /** Lets events happen until `over`. @throws Error when nothing is left that could happen, or at `deadlineMs` */
  async run(over: () => boolean, deadlineMs: number): Promise<void> {
    await settled();
    while (!over()) {
      const event = this.#pop();
      if (!event) throw new Error('nothing is left to happen, and it is not over');
      if (event.cancelled || event.owner?.dead) continue;
      if (event.atMs > deadlineMs) throw new Error(`it is not over after ${(deadlineMs - originMs) / 1000} s`);
      this.nowMs = event.atMs;
      this.events += 1;
      await event.act();
      await settled();
    }
  }

  #push(event: Event): void {
    const heap = this.#heap;
    let at = heap.push(event) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(event, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = event;
  }

  #pop(): Event | undefined {
    const heap = this.#heap;
    const top = heap[0];
    const last = heap.pop();
    if (!top || !last || top === last) return top;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child += 1;
      if (!isBefore(heap[child]!, last)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
    return top;
  }
}

function isBefore(a: Event, b: Event): boolean {
  return (a.atMs - b.atMs || a.tie - b.tie || a.order - b.order) < 0;
}

/** Resolves when all promises that can settle have: one turn of Node's own loop, in which no I/O is awaited. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
