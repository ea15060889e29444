/** What became of a job, or why. Workflows import this file, so it needs no table. */
import type { OutcomeCode } from './codes.ts';

/** Why something is as it is: the code for programs, the message for people. The message is never read back. */
export interface Reason {
  code: OutcomeCode;
  /** What the code means in this case: names, numbers, the words of other systems. */
  message: string;
}

export interface Outcome extends Reason {
  /** What it rests on, a line each. */
  evidence: string[];
}

/** Code and message in one text, for people. */
export function reasonText({ code, message }: Reason): string {
  return `${code}: ${message}`;
}
