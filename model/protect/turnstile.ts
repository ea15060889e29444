/** A few at a time, the most important first: who waits is let in by rank, then by arrival. Pure of clock and I/O. */
interface Waiting {
  rank: number;
  enter: () => void;
}

/** p-queue has priorities too, but gives a place away once its signal is aborted, while the work in it still ends. */
export class Turnstile {
  readonly #atOnce: number;
  readonly #waiting: Waiting[] = [];
  #inside = 0;

  constructor(atOnce: number) {
    this.#atOnce = atOnce;
  }

  /** Those with a smaller rank go first. Dispose what it returns to let the next one in. Rejects with the signal's reason. */
  async enter(rank: number, signal: AbortSignal): Promise<Disposable> {
    signal.throwIfAborted();
    if (this.#inside < this.#atOnce) this.#inside += 1;
    else await this.#wait(rank, signal);
    let left = false;
    return {
      [Symbol.dispose]: () => {
        if (!left) this.#leave();
        left = true;
      },
    };
  }

  async #wait(rank: number, signal: AbortSignal): Promise<void> {
    const turn = Promise.withResolvers<void>();
    const waiting: Waiting = { rank, enter: turn.resolve };
    const behind = this.#waiting.findIndex((other) => other.rank > rank);
    this.#waiting.splice(behind === -1 ? this.#waiting.length : behind, 0, waiting);
    const giveUp = () => {
      const place = this.#waiting.indexOf(waiting);
      if (place === -1) return;
      this.#waiting.splice(place, 1);
      turn.reject(signal.reason);
    };
    signal.addEventListener('abort', giveUp, { once: true });
    try {
      await turn.promise;
    } finally {
      signal.removeEventListener('abort', giveUp);
    }
  }

  /** The place goes straight to the next one, so nobody slips in between. */
  #leave(): void {
    const next = this.#waiting.shift();
    if (next) next.enter();
    else this.#inside -= 1;
  }
}
