/**
 * The threads that copy. Moving a gigabyte takes two to four seconds of CPU time, most of it for digests and for
 * parsing; in the main thread that would hold up the heartbeats of everything else that a worker does.
 */
import { availableParallelism } from 'node:os';
import { SHARE_ENV, Worker } from 'node:worker_threads';
import PQueue from 'p-queue';
import { systemClock, type Clock } from '../../clock.ts';
import type { ShipCopy } from '../../../model/snapshot/ship-plan.ts';
import { failureFrom, type CopyAnswer, type CopyRequest, type CopyStep } from './copy-messages.ts';
import type { StoreAddress } from '../port.ts';
import type { Steps } from './steps.ts';

/** More would only wait for the network; each takes some 50 MB. */
const mostThreads = 8;

/** Files in flight in one thread: while one waits for its store, others are read or written. Further ones wait here. */
const filesPerThread = 4;

/** A thread without work ends after this, and its connections with it. */
const idleMs = 30_000;

export interface CopyTask {
  from: StoreAddress;
  to: StoreAddress;
  file: ShipCopy;
  /** How it may pass; all at once when absent. */
  steps?: Steps | undefined;
}

/** A pool of copying threads. They start when there is work, and do not keep the process alive without it. */
export class CopyThreads {
  readonly #clock: Clock;
  readonly #most: number;
  readonly #threads: CopyThread[] = [];
  readonly #places: PQueue;

  constructor(clock: Clock, most: number) {
    this.#clock = clock;
    this.#most = most;
    this.#places = new PQueue({ concurrency: most * filesPerThread });
  }

  /**
   * Copies one file; returns its sha256. Aborting the signal ends the copy as soon as its stores let go of it, with the
   * signal's reason or, when that is a passed deadline, with `Unreachable`.
   * @throws FileGone, OutsideFailure
   */
  async copy(task: CopyTask, signal: AbortSignal): Promise<string> {
    return this.#places.add(async () => {
      signal.throwIfAborted();
      const thread = this.#leastBusy();
      thread.enter();
      try {
        return await thread.copy(task, signal);
      } finally {
        thread.leave();
      }
    });
  }

  /** One more starts while each of them has work. */
  #leastBusy(): CopyThread {
    const [least] = this.#threads.toSorted((a, b) => a.files - b.files);
    if (least && (least.files === 0 || this.#threads.length >= this.#most)) return least;
    return this.#start();
  }

  #start(): CopyThread {
    const thread = new CopyThread(this.#clock, () => {
      const index = this.#threads.indexOf(thread);
      if (index >= 0) this.#threads.splice(index, 1);
    });
    this.#threads.push(thread);
    return thread;
  }
}

class CopyThread {
  /** Places taken. */
  files = 0;
  readonly #worker = new Worker(new URL('copy-thread.ts', import.meta.url), { env: SHARE_ENV, name: 'copy' });
  readonly #answers = new Map<number, (answer: CopyAnswer | Error) => void>();
  readonly #steps = new Map<number, (step: CopyStep) => void>();
  /** Takes it out of the pool: no further copy is given to it. */
  readonly #retire: () => void;
  #nextId = 0;
  readonly #clock: Clock;
  #idleSinceMs = 0;
  #isWatched = false;
  #ended: Error | undefined;

  constructor(clock: Clock, retire: () => void) {
    this.#clock = clock;
    this.#retire = retire;
    this.#worker.on('message', (said: CopyAnswer | CopyStep) => {
      if ('stepBytes' in said) this.#steps.get(said.id)?.(said);
      else this.#answers.get(said.id)?.(said);
    });
    this.#worker.on('error', (cause) => this.#end(new Error('a copying thread broke down', { cause })));
    this.#worker.on('exit', (code) => this.#end(new Error(`a copying thread ended with code ${code} amid its work`)));
  }

  enter(): void {
    this.files += 1;
    this.#worker.ref();
  }

  leave(): void {
    this.files -= 1;
    if (this.files > 0 || this.#ended) return;
    this.#worker.unref();
    this.#idleSinceMs = this.#clock.now();
    if (!this.#isWatched) this.#endWhenIdle(idleMs);
  }

  /** By a deadline and not by a sleep, which would keep the process alive. */
  #endWhenIdle(inMs: number): void {
    this.#isWatched = true;
    const look = () => {
      this.#isWatched = false;
      if (this.files > 0 || this.#ended) return;
      const leftMs = this.#idleSinceMs + idleMs - this.#clock.now();
      if (leftMs > 0) return this.#endWhenIdle(leftMs);
      this.#retire();
      void this.#worker.terminate();
    };
    this.#clock.timeout(inMs).addEventListener('abort', look, { once: true });
  }

  async copy({ from, to, file, steps }: CopyTask, signal: AbortSignal): Promise<string> {
    const id = (this.#nextId += 1);
    const stop = () => this.#post({ kind: 'stop', id, late: isDeadline(signal.reason) });
    signal.addEventListener('abort', stop, { once: true });
    let heldBack: { why: unknown } | undefined;
    const refused = (why: unknown) => {
      heldBack ??= { why };
      this.#post({ kind: 'stop', id, late: false });
    };
    if (steps)
      this.#steps.set(
        id,
        ({ stepBytes }) => void steps.mayPass(stepBytes).then(() => this.#post({ kind: 'pass', id }), refused),
      );
    try {
      const answered = new Promise<CopyAnswer | Error>((resolve) => this.#answers.set(id, resolve));
      this.#post({ kind: 'copy', id, from, to, file, ...(steps ? { stepBytes: steps.stepBytes } : {}) });
      const answer = this.#ended ?? (await answered);
      if (answer instanceof Error) throw answer;
      if ('sha256' in answer) return answer.sha256;
      if (heldBack) throw heldBack.why;
      if (signal.aborted && !isDeadline(signal.reason)) throw signal.reason;
      throw failureFrom(answer.failure);
    } finally {
      signal.removeEventListener('abort', stop);
      this.#answers.delete(id);
      this.#steps.delete(id);
    }
  }

  #post(request: CopyRequest): void {
    this.#worker.postMessage(request);
  }

  #end(error: Error): void {
    this.#ended ??= error;
    this.#retire();
    for (const settle of this.#answers.values()) settle(this.#ended);
  }
}

function isDeadline(reason: unknown): boolean {
  return reason instanceof Error && reason.name === 'TimeoutError';
}

/** Those of this process: however many jobs are shipped at once, they share the machine's cores. */
export const copyThreads = new CopyThreads(systemClock(), Math.min(mostThreads, availableParallelism()));
