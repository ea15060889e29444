/** Every request to the world, in order: what was asked of whom. */

export interface LedgerEntry {
  zone: string;
  /** `kubernetes patch`, `store createIfAbsent`, `flink jobs`, … */
  kind: string;
  /** `namespace/name` of a job, or a key. */
  object: string;
}

export class Ledger {
  readonly entries: LedgerEntry[] = [];

  readonly #listeners: ((entry: LedgerEntry) => void)[] = [];

  note(entry: LedgerEntry): void {
    this.entries.push(entry);
    for (const listener of this.#listeners) listener(entry);
  }

  /** Calls back at each request, before it takes effect. */
  onNote(listener: (entry: LedgerEntry) => void): void {
    this.#listeners.push(listener);
  }

  of(zone: string, kind?: string): LedgerEntry[] {
    return this.entries.filter((entry) => entry.zone === zone && (kind === undefined || entry.kind === kind));
  }

  /** Requests by kind, for one zone: `{ "kubernetes list": 1 }`. */
  countsOf(zone: string): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const { kind } of this.of(zone)) counts[kind] = (counts[kind] ?? 0) + 1;
    return counts;
  }

  /** Forgets what was before, such as the protection that a scenario begins with. */
  clear(): void {
    this.entries.length = 0;
  }
}
