/** `report.json`: the contract for programs (schema 2), also what `--json FILE` writes. */
import { z } from 'zod';
import { type DiagnosisCode, diagnosisCodes } from '../health/diagnosis/codes.ts';
import { type OperatorAct, operatorActs } from '../move/operators.ts';
import { tiers } from '../job/tier.ts';
import { outcomeCodeList } from '../outcome/codes.ts';

/** `rolledBack` is of planned moves, `proven` of drills: a verified shadow. */
export const outcomes = ['running', 'left', 'failed', 'rolledBack', 'proven'] as const;

/** The one table of the stretches of a job's way, in their order, and what each is spent on. */
export const stepNames = {
  check: 'its recovery point is seen whole, and an object that runs already is looked at',
  claim: 'the right to run it is claimed',
  schedule: 'its object is told to run, and made anew before where it has run; its pods find nodes',
  image: 'its image is pulled',
  artifacts: 'its jars are fetched',
  jvm: 'its processes start',
  jobmanager: 'its JobManager comes up',
  register: 'its TaskManagers register',
  slots: 'its tasks get slots',
  restore: 'all its tasks come up on its state',
  verify: 'that it runs is proven by a checkpoint of its own',
  promote: 'its hot standby is made the active one',
} as const;
export type StepName = keyof typeof stepNames;
const stepNameList = Object.keys(stepNames) as [StepName, ...StepName[]];

/** One stretch of a job's way. */
const stepSchema = z.object({ name: z.enum(stepNameList), startedAt: z.iso.datetime(), seconds: z.number().min(0) });

/** One start of a job, and the code that it came to. */
const attemptSchema = z.object({
  how: z.enum(['first', 'again', 'older', 'fallback']),
  recoveryPoint: z.string(),
  startedAt: z.iso.datetime(),
  code: z.enum(outcomeCodeList),
});

const jobReportSchema = z.object({
  namespace: z.string(),
  name: z.string(),
  /** Null where nobody knows it: its standby has no label, or nobody has a standby of it. */
  tier: z.enum(tiers).nullable(),
  /** The cluster that lost it: of a zone that is one cluster, the zone. */
  cluster: z.string(),
  /** Null for a job that is in no wave of the plan. */
  wave: z.number().int().min(0).nullable(),
  outcome: z.enum(outcomes),
  /** What became of it, for programs: a code of `model/outcome/codes.ts`. */
  code: z.enum(outcomeCodeList),
  /** The same for people, with the operator's and Flink's own words. */
  message: z.string(),
  from: z.string(),
  /** Null where it had nowhere to go. */
  to: z.string().nullable(),
  /** The epoch of its start; null for a job that was in no plan to start. */
  epoch: z.number().int().min(0).nullable(),
  /** Name of its store in the configuration, where that is known. */
  store: z.string().nullable(),
  recoveryPoint: z.string().nullable(),
  restoredPath: z.string().nullable(),
  /** When the state was as it is in the recovery point. */
  stateAt: z.string().nullable(),
  /** Age of the state at the loss. */
  rpoSeconds: z.number().nullable(),
  /** From the trigger to all tasks running. */
  rtoSeconds: z.number().nullable(),
  /** For how long no copy of it ran; null where nobody measured it. */
  downtimeSeconds: z.number().nullable(),
  /** Whether its jars were on the zone's disks, had to be fetched, or came with the image; null where nobody looked. */
  artifacts: z.enum(['warm', 'cold', 'image']).nullable(),
  /** Its starts in their order; none for a job that was not started. */
  attempts: z.array(attemptSchema),
  /** What is known of the copy that it left behind. */
  oldCopy: z.enum(['stopped', 'gated', 'running', 'unknown']),
  /** For how long both copies ran; null where nobody measured it. */
  overlapSeconds: z.number().nullable(),
  steps: z.array(stepSchema),
  evidence: z.array(z.string()),
  /** Why a job that was started did not come up, as a code of `model/health/diagnosis/codes.ts`. */
  diagnosis: z.enum(Object.keys(diagnosisCodes) as [DiagnosisCode, ...DiagnosisCode[]]).optional(),
});
export type JobReport = z.infer<typeof jobReportSchema>;

type Unmeasured = 'downtimeSeconds' | 'artifacts' | 'oldCopy' | 'overlapSeconds';

/** A line as activities and workflows hand it on: what nobody measured is left to the report. */
export type JobLine = Omit<JobReport, 'cluster' | Unmeasured> & Partial<Pick<JobReport, Unmeasured>>;

const preemptions = ['suspended', 'left', 'failed', 'planned'] as const;

/** A P3 job of the zone that took the jobs, and what became of it: it was to make room. */
const preemptedSchema = z.object({
  namespace: z.string(),
  name: z.string(),
  zone: z.string(),
  /** suspended: it made room; left: it was not touched; failed: it could not be ended; planned: this is a dry run. */
  outcome: z.enum(preemptions),
  code: z.enum(outcomeCodeList),
  /** What there is to know of it, such as why it was left or why it has no savepoint. */
  message: z.string(),
  /** Path of the savepoint to come back from, as the zone's jobs see it. */
  savepoint: z.string().nullable(),
  /** From when it was told to make room until its pods were gone. */
  seconds: z.number().min(0).nullable(),
  /** The jobs, as `namespace/name`, that stand where it stood. */
  makesRoomFor: z.array(z.string()),
});
export type PreemptedReport = z.infer<typeof preemptedSchema>;

const tierReportSchema = z.object({
  jobs: z.number().int(),
  running: z.number().int(),
  rtoSecondsP50: z.number().nullable(),
  rtoSecondsMax: z.number().nullable(),
  rpoSecondsMax: z.number().nullable(),
});

/** Something that an operator told the escape, and that took effect. */
const operatorActSchema = z.object({
  at: z.iso.datetime(),
  by: z.string(),
  act: z.enum(operatorActs),
  /** The job or tier that it is about. */
  subject: z.string().optional(),
}) satisfies z.ZodType<OperatorAct, OperatorAct>;

export const reportSchema = z.object({
  schema: z.literal(2),
  kind: z.enum(['escape', 'relocate', 'drill']),
  id: z.string(),
  zone: z.string(),
  to: z.array(z.string()),
  /** The clusters that were lost: `from` of each job is one of them, or the zone where nobody knows. */
  clusters: z.array(z.string()),
  incident: z.string(),
  dryRun: z.boolean(),
  productVersion: z.string(),
  trigger: z.object({ by: z.string(), via: z.string() }),
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime(),
  /** When the plan was made. */
  decidedAt: z.iso.datetime(),
  /** How old the plan was when the first job was started by it; null where none was. */
  planAgeSeconds: z.number().nullable(),
  budgetSeconds: z.number(),
  outcome: z.enum(['completed', 'aborted', 'cancelled', 'errored']),
  /** What people should know, such as waves that were expected to be late, or room that was not judged. */
  warnings: z.array(z.string()),
  totals: z.record(z.enum(outcomes), z.number().int()),
  tiers: z.partialRecord(z.enum(tiers), tierReportSchema),
  /** What fencing the lost zone came to. */
  fence: z.object({ outcome: z.enum(['fenced', 'unreachable', 'skipped']), detail: z.string() }),
  jobs: z.array(jobReportSchema),
  /** Who had to make room. */
  preempted: z.array(preemptedSchema),
  /** What operators told it. */
  operators: z.array(operatorActSchema),
});
export type Report = z.infer<typeof reportSchema>;
