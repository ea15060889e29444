/** The laws that a run has broken, each in one sentence. */
import type { EventLog } from '../../../../simulation/event-log.ts';

export class LawBook {
  readonly broken: string[] = [];
  readonly #log: EventLog;

  constructor(log: EventLog) {
    this.#log = log;
  }

  /** `law` names it, `how` says what was seen. The same breach is told once. */
  broke(law: string, how: string): void {
    const sentence = `${law}: ${how}`;
    if (this.broken.includes(sentence)) return;
    this.broken.push(sentence);
    this.#log.add('LAW BROKEN', sentence);
  }

  holds(law: string, isSo: boolean, how: () => string): void {
    if (!isSo) this.broke(law, how());
  }
}
