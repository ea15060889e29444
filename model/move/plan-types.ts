/** What a plan is made of, and what it is made from; how it is decided is in `plan.ts`. */
import type { Resources } from '../capacity/types.ts';
import type { RoomSeen } from '../capacity/zone-room.ts';
import type { JobRef } from '../job/job.ts';
import type { FlinkDeployment } from '../job/flink-deployment.ts';
import type { Tier } from '../job/tier.ts';
import type { Reason } from '../outcome/outcome.ts';
import type { LateWave, Schedule } from './expectation.ts';
import type { Limits } from './limits.ts';
import type { Route } from './route.ts';

/** A job that the escape will start (or promote, if a twin). */
export interface PlannedJob extends JobRef, Route {
  tier: Tier;
  wave: number;
  kind: 'standby' | 'twin';
  store: string;
  /** URI of the newest recovery point's manifest, as the standby names it. */
  recoveryPoint: string | null;
  /** The epoch that the start must claim. */
  epoch: number;
  /** What its pods ask for; null for a twin, whose pods run already, and where it cannot be told. */
  demand: (Resources & { pods: number }) | null;
  /** `resourceVersion` of its object as the plan saw it, if that is a standby which one patch starts. */
  unused?: string;
  /** An earlier escape started it here and gave it up. */
  retry?: true;
  /** There if its room is free only once P3 jobs of the peer zone ended. */
  waits?: true;
}

/** A P3 job that runs in the peer zone and is ended to make room. */
export interface PlannedVictim extends JobRef {
  /** The zone in which it runs. */
  zone: string;
  /** The first wave that needs its room. */
  wave: number;
  /** Keys of the jobs that get it; never none. */
  makesRoomFor: string[];
}

/** A job that the escape does not start, and why. */
export interface LeftJob extends JobRef, Reason {
  tier: Tier | null;
  /** What it would have left: a cluster, or the whole zone where nobody knows. */
  from: string;
  /** The zone that has its standby; null where none has. */
  to: string | null;
}

export interface Wave {
  wave: number;
  tier: Tier;
  /** Depth in the lineage of its tier: what feeds these jobs is in waves before. */
  level: number;
  /** From the trigger until its last job is expected to run again; null when there is nothing to tell it from. */
  expectedSeconds: number | null;
  jobs: PlannedJob[];
}

export interface EscapePlan {
  schema: 2;
  escapeId: string;
  zone: string;
  /** The zones that the plan is for: those that answered. The first keeps it. */
  peers: string[];
  plannedAt: string;
  waves: Wave[];
  left: LeftJob[];
  /** Those whose room is needed first come first. */
  preempted: PlannedVictim[];
  /** Waves that are not expected to make the budget, with the reason. */
  late: LateWave[];
  /** With which durations waves were reckoned: measured ones, or those of the settings. */
  forecast?: string;
  /** What people should know of the plan, such as that room was not judged. */
  notes: string[];
}

/** What was gathered in the peer zone. */
export interface EscapeAssessment {
  escapeId: string;
  zone: string;
  /** The lost clusters whose jobs this peer may have. */
  lost: string[];
  to: string;
  now: string;
  /** FlinkDeployments of the peer zone with a role; of the active ones only those marked as failed matter. */
  candidates: FlinkDeployment[];
  /** Newest epoch found in the store by `namespace/name`; absent means none. */
  newestEpochs: Record<string, number>;
  defaultStore: string;
  scope: Limits;
  /** Free room of the peer zone; absent when it could not be seen: then nothing is left for want of it. */
  room?: RoomSeen;
  /** P3 jobs of the peer zone, of which those that run there may have to make room; none without a view of the room. */
  running?: FlinkDeployment[];
  /** Durations measured earlier; without them nothing is expected. */
  schedule?: Schedule;
  /** With which durations, in a sentence. */
  forecast?: string;
  /** What gathering has to say, to stand in front of the plan's own notes. */
  notes?: string[];
}
