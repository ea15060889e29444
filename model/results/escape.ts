/** What travels between the escape's workflows and activities. All of it small: histories keep every byte. */
import type { Limits } from '../move/limits.ts';
import type { JobRef } from '../job/job.ts';
import type { JobLine, Report } from '../report/schema.ts';
import type { Tier } from '../job/tier.ts';

/** An escape whose input was understood: names checked, defaults filled in. */
export interface EscapeTarget {
  /** Also the folder of its report: `<zone>-<incident>`. */
  escapeId: string;
  /** What is lost: a zone, or one cluster of a zone that has several. */
  zone: string;
  /** There only where that is a zone with clusters of other names: those that are lost. */
  clusters?: string[];
  /** There only where that is one cluster: the zone of which it is part. */
  partOf?: string;
  /** Where its jobs go; of several peers the one that keeps plan and report. */
  to: string;
  /** There only where the zone has several peers: all of them, and once they were asked those that answered. */
  peers?: string[];
  /** Those that did not answer, and why; there only then. */
  silent?: SilentPeer[];
  incident: string;
  trigger: { by: string; via: string };
  /** ISO 8601. Times to run again count from here. */
  triggeredAt: string;
  /** ISO 8601. Ages of state count to here. */
  lostAt: string;
  dryRun: boolean;
  budgetSeconds: number;
  scope: Limits;
  fenceDeadlineMs: number;
  fenceRetryMs: number;
  /** There when somebody must approve the plan before anything is changed: how long that may take. */
  approvalTimeoutMs?: number;
}

export interface SilentPeer {
  zone: string;
  why: string;
}

/** What asking several peers came to. */
export interface PeersAsked {
  answer: string[];
  silent: SilentPeer[];
}

export interface BatchRef {
  wave: number;
  tier: Tier;
  /** Range of jobs within the wave of the plan: from inclusive, to exclusive. */
  from: number;
  to: number;
  /** There if its jobs have room only once P3 jobs of the peer zone ended. */
  waits?: true;
  /** The zone in which its jobs start, where that is another than the target's. */
  zone?: string;
}

/** Some of a plan's jobs that must make room. */
export interface VictimsRef {
  /** The first wave that needs the room of any of them. */
  wave: number;
  /** Range within the plan: from inclusive, to exclusive. */
  from: number;
  to: number;
  /** The zone in which they run, where that is another than the target's. */
  zone?: string;
}

export interface PlanSummary {
  batches: BatchRef[];
  jobsByTier: Partial<Record<Tier, number>>;
  left: number;
  /** Jobs that are left because the peer has no room for them. Absent in histories of the first version, as is `note`. */
  shortByTier?: Partial<Record<Tier, number>>;
  /** Jobs of the peer zone that must make room; absent when there are none. */
  victims?: VictimsRef[];
  /** There if the peer reserves room that its placeholders must give up before P1 starts. */
  reserved?: true;
  /** For people: waves that will not make the budget, room that was not judged. Empty when all is well. */
  note?: string;
}

/** A job whose start (or promotion) was issued and which must now be seen running. */
export interface StartedJob extends JobRef {
  tier: Tier;
  wave: number;
  /** The cluster that it leaves, where that is not all of the target's zone. */
  from?: string;
  /** The zone in which it starts, where that is another than the target's. */
  to?: string;
  kind: 'standby' | 'twin';
  /** Name of its store in the configuration. */
  store: string;
  epoch: number;
  /** Id of the recovery point. */
  recoveryPoint: string;
  /** The path that Flink was asked to restore, or from which a twin was started. */
  restorePath: string;
  /** ISO 8601: when the state was as it is in the recovery point. */
  stateAt: string;
  startedAt: string;
  steps: JobLine['steps'];
  /** Things worth knowing, such as newer recovery points that were damaged. */
  notes: string[];
}

/** What can become of a job in an escape. */
export interface EscapeLine extends JobLine {
  outcome: 'running' | 'left' | 'failed';
}

export interface BatchStart {
  started: StartedJob[];
  /** Jobs that ended before they were started: left or failed. */
  ended: EscapeLine[];
}

export interface FenceResult {
  fence: Report['fence'];
  /** True once no job that runs elsewhere by this escape is left running in the lost zone. */
  complete: boolean;
}

export interface ReportSummary {
  /** Key of report.json below the store's prefix in the peer zone. */
  reportKey: string;
  totals: Report['totals'];
}
