/**
 * The plan of an escape: which jobs start, in which order, and which are left and why. Pure: what was gathered goes
 * in, a plan comes out, and the same input gives the same plan.
 */
import { jobKey, type JobRef } from '../job.ts';
import type { Resources } from '../capacity/types.ts';
import type { RoomSeen } from '../capacity/zone-room.ts';
import type { FlinkDeployment } from '../kubernetes/flink-deployment.ts';
import type { Tier } from '../tier.ts';
import type { ClearedVictim } from './clear-room.ts';
import { expectWaves, type LateWave, type Schedule } from './expectation.ts';
import { giveRoom, type Placed } from './give-room.ts';
import type { Limits } from './limits.ts';
import { compareImportance, compareText } from './importance.ts';
import { chooseScope, notFound } from './scope.ts';
import { seatCandidates, type PeersSeen } from './seat-candidates.ts';
import { wavesOf } from './waves.ts';

/** A job that the escape will start (or promote, if a twin). */
export interface PlannedJob extends JobRef {
  tier: Tier;
  wave: number;
  /** The zone in which it starts, where that is another than the plan's. */
  to?: string;
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
  /** The zone in which it runs, where that is another than the plan's. */
  zone?: string;
  /** The first wave that needs its room. */
  wave: number;
  /** Keys of the jobs that get it; never none. */
  makesRoomFor: string[];
}

export interface LeftJob extends JobRef {
  tier: Tier | null;
  /** The zone that has its standby, where that is another than the plan's. */
  to?: string;
  reason: string;
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
  schema: 1;
  escapeId: string;
  zone: string;
  /** The zone that keeps plan and report; of several peers the first that answered. */
  to: string;
  /** All zones that the plan is for; there only if they are more than one. */
  peers?: string[];
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

/** More of one kind would only repeat themselves. */
const maxNotes = 20;

/**
 * Decides which jobs start, in which order, and what is left. Strictly by importance: a job takes room before any
 * that is less important than it, whatever the lineage; within a tier a job starts in a wave after what feeds it. Of a
 * zone with several peers, each has an assessment and gives its own room; the order of waves is one over all.
 */
export function planEscape(
  assessment: EscapeAssessment,
  others: PeersSeen = { assessments: [], silent: [] },
): EscapePlan {
  const { escapeId, zone, to, now } = assessment;
  const notes = [...(assessment.notes ?? []), ...others.assessments.flatMap((other) => other.notes ?? [])];
  const seated = seatCandidates([assessment, ...others.assessments], others);
  const left: LeftJob[] = [...seated.left];
  const placed: Placed[] = [];
  const cleared: (ClearedVictim & { zone?: string })[] = [];
  for (const own of seated.assessments) {
    const elsewhere = own.to === to ? {} : { to: own.to };
    const scoped = chooseScope(own, notes);
    const given = giveRoom(own, scoped.inScope.toSorted(compareImportance));
    placed.push(...given.placed.map((job) => ({ ...job, ...elsewhere })));
    left.push(...[...scoped.left, ...given.short].map((job) => ({ ...job, ...elsewhere })));
    cleared.push(...given.victims.map((victim) => ({ ...victim, ...(own.to === to ? {} : { zone: own.to }) })));
  }
  left.push(...notFound(assessment, seated));
  // Each zone's jobs are in this order already, and of one zone there is nothing to merge.
  if (seated.assessments.length > 1) placed.sort(compareImportance);
  left.sort((a, b) => compareText(a.namespace, b.namespace) || compareText(a.name, b.name));
  const unmeasured = wavesOf(placed, notes);
  const preempted = firstNeededFirst(cleared, unmeasured);
  for (const own of seated.assessments.toReversed()) {
    const there = preempted.filter((victim) => (victim.zone ?? to) === own.to);
    if (there.length > 0)
      notes.unshift(
        roomNote(
          own.to,
          placed.filter((job) => (job.to ?? to) === own.to),
          there,
        ),
      );
  }
  const expected = assessment.schedule && expectWaves(unmeasured, assessment.schedule);
  const waves = unmeasured.map((wave, index) => ({ ...wave, expectedSeconds: expected?.seconds[index] ?? null }));
  const shown =
    notes.length > maxNotes ? [...notes.slice(0, maxNotes), `${notes.length - maxNotes} notes more`] : notes;
  const late = expected?.late ?? [];
  const told = assessment.forecast === undefined ? {} : { forecast: assessment.forecast };
  const peers = seated.assessments.length > 1 ? { peers: seated.assessments.map((own) => own.to) } : {};
  return {
    schema: 1,
    escapeId,
    zone,
    to,
    ...peers,
    plannedAt: now,
    waves,
    left,
    preempted,
    late,
    ...told,
    notes: shown,
  };
}

function firstNeededFirst(
  victims: readonly (ClearedVictim & { zone?: string })[],
  waves: readonly Pick<Wave, 'jobs'>[],
): PlannedVictim[] {
  if (victims.length === 0) return [];
  const waveOf = new Map(waves.flatMap(({ jobs }) => jobs.map((job) => [jobKey(job), job.wave] as const)));
  return victims
    .map((victim) => ({ ...victim, wave: Math.min(...victim.makesRoomFor.map((key) => waveOf.get(key)!)) }))
    .toSorted((a, b) => a.wave - b.wave);
}

function roomNote(to: string, placed: readonly Placed[], { length }: readonly PlannedVictim[]): string {
  const waiting = placed.filter(({ waits }) => waits).length;
  return `${length} P3 ${length === 1 ? 'job' : 'jobs'} of ${to} must end to make room for ${waiting} of the lost zone`;
}
