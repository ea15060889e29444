/** What happened in a run, in order and with its virtual time: the same seed gives the same text. */
import { createHash } from 'node:crypto';
import type { VirtualTime } from './time/virtual-time.ts';

export class EventLog {
  readonly lines: string[] = [];
  readonly #time: VirtualTime;

  constructor(time: VirtualTime) {
    this.#time = time;
  }

  /** `who` is a short word that lines are looked for by: worker, fault, store, kubernetes, workflow … */
  add(who: string, what: string): void {
    this.lines.push(`${this.#time.elapsedSeconds.toFixed(3).padStart(10)} ${who.padEnd(11)} ${what}`);
  }

  text(): string {
    return `${this.lines.join('\n')}\n`;
  }

  digest(): string {
    return createHash('sha256').update(this.text()).digest('hex');
  }
}
