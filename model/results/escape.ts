/** What travels between the escape's workflows and activities. All of it small: histories keep every byte. */
import type { Route } from '../move/route.ts';
import type { JobRef } from '../job/job.ts';
import type { JobLine, Report } from '../report/schema.ts';
import type { Tier } from '../job/tier.ts';

export interface BatchRef {
  wave: number;
  tier: Tier;
  /** Range of jobs within the wave of the plan: from inclusive, to exclusive. */
  from: number;
  to: number;
  /** There if its jobs have room only once P3 jobs of the peer zone ended. */
  waits?: true;
  /** The zone in which its jobs start. */
  zone: string;
}

/** Some of a plan's jobs that must make room. */
export interface VictimsRef {
  /** The first wave that needs the room of any of them. */
  wave: number;
  /** Range within the plan: from inclusive, to exclusive. */
  from: number;
  to: number;
  /** The zone in which they run. */
  zone: string;
}

export interface PlanSummary {
  batches: BatchRef[];
  jobsByTier: Partial<Record<Tier, number>>;
  left: number;
  /** Jobs that are left because the peer has no room for them. */
  shortByTier: Partial<Record<Tier, number>>;
  /** Jobs of the peer zones that must make room. */
  victims: VictimsRef[];
  /** True if a peer reserves room that its placeholders must give up before P1 starts. */
  reserved: boolean;
  /** For people: waves that will not make the budget, room that was not judged. Empty when all is well. */
  note: string;
}

/** A job whose start (or promotion) was issued and which must now be seen running. */
export interface StartedJob extends JobRef, Route {
  tier: Tier;
  wave: number;
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
