/**
 * The plan of an escape: which jobs start, in which order, and which are left and why. Pure: what was gathered goes
 * in, a plan comes out, and the same input gives the same plan.
 */
import { jobKey } from '../job/job.ts';
import type { ClearedVictim } from '../capacity/clear-room.ts';
import { expectWaves } from './expectation.ts';
import { giveRoom, type Placed } from './give-room.ts';
import { compareImportance, compareText } from '../job/importance.ts';
import type { EscapeAssessment, EscapePlan, LeftJob, PlannedVictim, Wave } from './plan-types.ts';
import { chooseScope, notFound } from './scope.ts';
import { seatCandidates, type PeersSeen } from './seat-candidates.ts';
import { wavesOf } from './waves.ts';

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
  const { escapeId, zone, now } = assessment;
  const notes = [...(assessment.notes ?? []), ...others.assessments.flatMap((other) => other.notes ?? [])];
  const seated = seatCandidates([assessment, ...others.assessments], others);
  const left: LeftJob[] = [...seated.left];
  const placed: Placed[] = [];
  const cleared: (ClearedVictim & { zone: string })[] = [];
  for (const own of seated.assessments) {
    const scoped = chooseScope(own, notes);
    const given = giveRoom(own, scoped.inScope.toSorted(compareImportance));
    placed.push(...given.placed);
    left.push(...scoped.left, ...given.short);
    cleared.push(...given.victims.map((victim) => ({ ...victim, zone: own.to })));
  }
  left.push(...notFound(assessment, seated));
  // Each zone's jobs are in this order already, and of one zone there is nothing to merge.
  if (seated.assessments.length > 1) placed.sort(compareImportance);
  left.sort((a, b) => compareText(a.namespace, b.namespace) || compareText(a.name, b.name));
  const unmeasured = wavesOf(placed, notes);
  const preempted = firstNeededFirst(cleared, unmeasured);
  for (const own of seated.assessments.toReversed()) {
    const victims = preempted.filter(({ zone: there }) => there === own.to);
    if (victims.length > 0)
      notes.unshift(
        roomNote(
          own.to,
          placed.filter(({ to }) => to === own.to),
          victims,
        ),
      );
  }
  const expected = assessment.schedule && expectWaves(unmeasured, assessment.schedule);
  const waves = unmeasured.map((wave, index) => ({ ...wave, expectedSeconds: expected?.seconds[index] ?? null }));
  const shown =
    notes.length > maxNotes ? [...notes.slice(0, maxNotes), `${notes.length - maxNotes} notes more`] : notes;
  const late = expected?.late ?? [];
  const told = assessment.forecast === undefined ? {} : { forecast: assessment.forecast };
  return {
    schema: 2,
    escapeId,
    zone,
    peers: seated.assessments.map((own) => own.to),
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
  victims: readonly (ClearedVictim & { zone: string })[],
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
