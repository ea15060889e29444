/**
 * A move as its input was understood: names checked, defaults filled in. It is made once and never changed; what was
 * found out of the world meanwhile is a value of its own. Workflows import this file, so it needs nothing but types.
 */
import type { Limits } from './limits.ts';

export interface Move {
  /** Also the folder of its report: of an escape `<zone>-<incident>`. */
  readonly id: string;
  readonly kind: 'escape' | 'relocate' | 'drill';
  /** What is lost: a zone, or one cluster of a zone that has several. */
  readonly zone: string;
  /** The zone of which that is a part; the same where all of it is lost. */
  readonly whole: string;
  /** The clusters that are lost. A zone that is one cluster has its name. */
  readonly lost: readonly string[];
  /** The zones that may take the jobs, in the order of the configuration. */
  readonly peers: readonly string[];
  /** `rehearsed`: gather, decide, look at every recovery point; change nothing. */
  readonly effects: 'real' | 'rehearsed';
  readonly incident: string;
  readonly trigger: { readonly by: string; readonly via: string };
  /** ISO 8601. Times to run again count from here. */
  readonly triggeredAt: string;
  /** ISO 8601. Ages of state count to here. */
  readonly lostAt: string;
  readonly budgetSeconds: number;
  readonly scope: Readonly<Limits>;
  readonly fenceDeadlineMs: number;
  readonly fenceRetryMs: number;
  /** How long somebody may take to approve the plan before anything is changed; null where nobody must. */
  readonly approvalTimeoutMs: number | null;
}

export interface SilentPeer {
  readonly zone: string;
  readonly why: string;
}

/** What asking the peers came to. */
export interface ReachableSet {
  /** Those that answer, in the order of the move; the first of them keeps plan and report. */
  readonly answer: readonly string[];
  readonly silent: readonly SilentPeer[];
}

/** A move whose peers were asked. */
export interface SettledMove extends Move {
  readonly reachable: ReachableSet;
}

/** The zone whose store keeps plan and report; another one that answers may have to do for it. */
export function keeperOf({ reachable }: Pick<SettledMove, 'reachable'>): string {
  return reachable.answer[0]!;
}
