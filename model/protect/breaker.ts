/**
 * When a round of protection stops asking: a store that failed several jobs in a row would fail the rest as well, and
 * each try costs a job a look. Workflows import this file, so nothing here may pull in zod, a clock or I/O.
 */

/** Failures of one store in a row, without a success between them, after which its other jobs are not tried. */
export const failuresToStop = 3;

export interface StoreOutcome {
  /** Name of the store in the configuration. */
  store: string;
  outcome: 'protected' | 'store-down' | 'other';
}

/** Counts by store. An outcome that says nothing of the store (the job was unwell) changes nothing. */
export class StoreBreaker {
  readonly #failures = new Map<string, number>();

  note({ store, outcome }: StoreOutcome): void {
    if (outcome === 'protected') this.#failures.set(store, 0);
    if (outcome === 'store-down') this.#failures.set(store, (this.#failures.get(store) ?? 0) + 1);
  }

  /** True once the jobs of this store are to be left out of the round. */
  stops(store: string): boolean {
    return (this.#failures.get(store) ?? 0) >= failuresToStop;
  }
}
