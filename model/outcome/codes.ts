/**
 * The one table of what can become of a job in an escape, or of one that gives or gets back room: code, what it means,
 * what to do. Codes are never reused. Programs read the code; the message beside it is for people and is never read
 * back. `docs/outcomes.md` is held against this table by a test.
 */
import { type ErrorCode, errorCodes } from '../error-codes.ts';
import { diagnosisCodes } from '../health/diagnosis/codes.ts';

/** Codes that only lines of a report or of a result carry. */
export const ownOutcomes = {
  Running: {
    means: 'All tasks of the job run, on the state that was asked for.',
    remedy: 'Nothing.',
  },
  WouldRun: {
    means: 'Dry run: the job would be started, and what its start needs is there.',
    remedy: 'Nothing.',
  },
  OutsideScope: {
    means: 'The escape was limited to other jobs.',
    remedy: 'Nothing, if that was meant. Else escape again as a new incident, with limits that the job is within.',
  },
  JobSkipped: {
    means: 'An operator took the job out before its batch began.',
    remedy: 'Escape again as a new incident once the job is to move.',
  },
  EscapeAborted: {
    means: 'An operator aborted the escape before the job was started.',
    remedy: 'Escape again as a new incident once the job is to move.',
  },
  NotApproved: {
    means: 'Nobody approved the plan in time, so nothing was changed.',
    remedy: 'Escape again as a new incident, and approve its plan.',
  },
  NotStarted: {
    means: 'az-escape could not carry the start of the job out.',
    remedy: 'Read the cause in the message, then escape again as a new incident.',
  },
  NotWatched: {
    means: 'The job was started, but az-escape could not watch whether it came up.',
    remedy: 'Look at the job in Flink’s UI. If it does not run, escape again as a new incident.',
  },
  RunsAlready: {
    means: 'An earlier escape gave the job up, and it runs by now.',
    remedy: 'Nothing.',
  },
  Unauthorized: {
    means: 'Kubernetes or the store refused a call for the job: a key, a token or a right is missing or wrong.',
    remedy: 'Mend the access that the message names, then escape again as a new incident.',
  },
  NotFound: {
    means: 'What a call for the job was addressed to is not there: a bucket, a namespace, the CRD.',
    remedy: 'Create what the message names, then escape again as a new incident.',
  },
  Invalid: {
    means: 'Kubernetes or the store refused a request for the job as invalid.',
    remedy: 'Mend what the message names in the job or in the zone’s overlay, then escape again as a new incident.',
  },
  TooLarge: {
    means: 'An object of the job is larger than az-escape reads.',
    remedy: 'Look at the object that the message names; start the job by hand.',
  },
  MadeRoom: {
    means: 'The job was suspended to make room, with a savepoint to come back from.',
    remedy: 'Run `az-escape give-back <zone>` once there is room again.',
  },
  MadeRoomUnsaved: {
    means: 'The job was suspended to make room, without a savepoint of az-escape’s.',
    remedy:
      'Run `az-escape give-back <zone>` once there is room again; the job goes on from the state that the operator kept.',
  },
  PodsRemain: {
    means: 'The job was suspended to make room, but some of its pods were still there when the time for that was over.',
    remedy: 'Look why the pods do not end. `az-escape give-back <zone>` starts the job again.',
  },
  WouldMakeRoom: {
    means: 'Dry run: the job would have to make room.',
    remedy: 'Nothing.',
  },
  NotNeeded: {
    means: 'The job was left alone, as all jobs that it was to make room for were skipped.',
    remedy: 'Nothing.',
  },
  NotPreemptible: {
    means: 'The job was left alone, as it is no P3 job any more that runs in the zone.',
    remedy: 'Nothing.',
  },
  NotEnded: {
    means: 'The job could not be ended, so it made no room.',
    remedy: 'Read the cause in the message; the scheduler may have found room without it.',
  },
  NotThere: {
    means: 'The object of the job is not in the zone any more.',
    remedy: 'Nothing, if its owner deleted it. Else apply its FlinkDeployment again.',
  },
  StartedMeanwhile: {
    means: 'Somebody else started the job before az-escape did.',
    remedy: 'Nothing.',
  },
} as const;

/** Of the errors, those that end a job’s line. */
const errorsOfLines = [
  'UnknownStore',
  'PeerDown',
  'NoTier',
  'JobNotFound',
  'JobEnded',
  'NameTaken',
  'SnapshotIncomplete',
  'MetadataUnreadable',
  'NoRecoveryPoint',
  'ArtifactMissing',
  'NoRoom',
  'EpochTaken',
] as const satisfies readonly ErrorCode[];

type Entry = { readonly means: string; readonly remedy: string };

const ofErrors = Object.fromEntries(errorsOfLines.map((code) => [code, errorCodes[code]])) as Record<
  (typeof errorsOfLines)[number],
  Entry
>;

/** Lines that ran or were left by decision first, then errors, then diagnoses of jobs that were started. */
export const outcomeCodes = { ...ownOutcomes, ...ofErrors, ...diagnosisCodes } satisfies Record<string, Entry>;

export type OutcomeCode = keyof typeof outcomeCodes;

export const outcomeCodeList = Object.keys(outcomeCodes) as [OutcomeCode, ...OutcomeCode[]];

/** A code of another table where it may end a line; else `otherwise`. */
export function outcomeCodeOf(code: string, otherwise: OutcomeCode): OutcomeCode {
  return Object.hasOwn(outcomeCodes, code) ? (code as OutcomeCode) : otherwise;
}
