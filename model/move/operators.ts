/**
 * What operators may tell a running escape, and how it is told to others. Workflows import this file, so nothing here
 * may pull in zod, a clock or I/O.
 */
import { isJobKey } from '../job/job.ts';
import { isTier, type Tier } from '../job/tier.ts';
import type { Reason } from '../outcome/outcome.ts';

/** The acts, by the names of their updates. */
export const operatorActs = ['approve', 'pause', 'resume', 'abort', 'skipJob', 'holdTier', 'releaseTier'] as const;

/** One act that took effect, for the report. */
export interface OperatorAct {
  /** ISO 8601. */
  at: string;
  by: string;
  act: (typeof operatorActs)[number];
  /** The job (`namespace/name`) or tier that it is about. */
  subject?: string | undefined;
}

/** A job that is not to be started. */
export interface SkippedJob {
  /** `namespace/name`. */
  job: string;
  by: string;
}

/** What operators decided so far, as part of the progress; absent fields mean that nothing was. */
export interface OperatorStanding {
  /** There when the plan needs approval before anything is changed. */
  approval?:
    | {
        /** When the escape ends by itself, ISO 8601. */
        until: string;
        /** Jobs that the plan starts, and leaves. */
        jobs: number;
        left: number;
        /** Who approved; null while nobody has. */
        by: string | null;
      }
    | undefined;
  /** Tiers of which no batch begins. */
  held?: { tier: Tier; by: string }[] | undefined;
  skipped?: SkippedJob[] | undefined;
}

/** More skipped jobs would not fit beside a batch's other input: limit the escape instead. */
export const skippedAtMost = 200;

/** Names of skipped jobs in one sentence. */
const namesShown = 5;

/** Why a job is left that an operator took out. */
export function skipReason({ by }: SkippedJob): Reason {
  return { code: 'JobSkipped', message: `skipped by ${by}` };
}

/** What stands now, a sentence each: who is waited for, what is held, what is skipped. */
export function standingSentences({ approval, held = [], skipped = [] }: OperatorStanding): string[] {
  const names = skipped.slice(0, namesShown).map(({ job, by }) => `${job} (${by})`);
  const more = skipped.length > namesShown ? ` and ${skipped.length - namesShown} more` : '';
  return [
    ...(approval ? [approvalSentence(approval)] : []),
    ...held.map(({ tier, by }) => `${tier} is held by ${by}`),
    ...(skipped.length === 0 ? [] : [`skipped: ${names.join(', ')}${more}`]),
  ];
}

function approvalSentence({ until, jobs, left, by }: NonNullable<OperatorStanding['approval']>): string {
  if (by !== null) return `approved by ${by}`;
  const counts = `${jobs} ${jobs === 1 ? 'job' : 'jobs'} would start, ${left} would be left`;
  return `nothing is changed before somebody approves, until ${until}: ${counts}`;
}

/** One act for people: "P2 held by otto". */
export function actSentence({ act, by, subject = '' }: OperatorAct): string {
  return actWords[act].replace('{}', subject).concat(` by ${by}`);
}

const actWords: Record<OperatorAct['act'], string> = {
  approve: 'approved',
  pause: 'paused',
  resume: 'resumed',
  abort: 'aborted',
  skipJob: '{} skipped',
  holdTier: '{} held',
  releaseTier: '{} released',
};

const noteRules = {
  by: { is: 'who acts, a text of 1 to 200 characters', holds: (value: unknown) => isText(value, 200) },
  job: {
    is: 'a job as namespace/name',
    holds: (value: unknown) => isText(value, 320) && isJobKey(value),
  },
  tier: { is: 'P0, P1, P2 or P3', holds: isTier },
} as const;

/**
 * Complaints about what came with an act; empty when it is fine. Temporal's own command line sends whatever is typed,
 * and a handler that breaks on it would hold up the whole escape.
 */
export function complaintsAboutNote(note: unknown, ...fields: ('job' | 'tier')[]): string[] {
  if (typeof note !== 'object' || note === null || Array.isArray(note)) {
    return ['say who acts, such as {"by": "anna"}'];
  }
  const given = note as Record<string, unknown>;
  return (['by', ...fields] as const).flatMap((field) =>
    noteRules[field].holds(given[field]) ? [] : [`"${field}" must be ${noteRules[field].is}`],
  );
}

function isText(value: unknown, most: number): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= most;
}
