/**
 * What the verbs of one process keep between calls, such as places in a budget or the plan that was read last. It is a
 * port like the others: it lives as long as the process that opened them, and two processes in one test share nothing.
 */

/** A constant of the module that keeps something: its own key. */
export interface MemoryKey<T> {
  /** For people who debug. */
  readonly name: string;
  /** What there is at the first call. */
  readonly make: () => T;
}

export class ProcessMemory {
  readonly #kept = new Map<MemoryKey<unknown>, unknown>();

  /** The same value at each call with the same key. */
  of<T>(key: MemoryKey<T>): T {
    if (!this.#kept.has(key)) this.#kept.set(key, key.make());
    return this.#kept.get(key) as T;
  }
}
