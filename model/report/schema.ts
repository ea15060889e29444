/** `report.json`: the contract for programs (schema 1), also what `--json FILE` writes. */
import { z } from 'zod';
import { type DiagnosisCode, diagnosisCodes } from '../health/diagnosis/codes.ts';
import { type OperatorAct, operatorActs } from '../move/operators.ts';
import { tiers } from '../job/tier.ts';
import { outcomeCodeList } from '../outcome/codes.ts';

export const outcomes = ['running', 'left', 'failed'] as const;

/** One stretch of a job's way: claim, start, schedule, restore, verify … */
const stepSchema = z.object({ name: z.string(), startedAt: z.iso.datetime(), seconds: z.number().min(0) });

const jobReportSchema = z.object({
  namespace: z.string(),
  name: z.string(),
  /** Null where nobody knows it: its standby has no label, or nobody has a standby of it. */
  tier: z.enum(tiers).nullable(),
  /** Null for a job that is in no wave of the plan. */
  wave: z.number().int().min(0).nullable(),
  outcome: z.enum(outcomes),
  /** What became of it, for programs: a code of `model/outcome/codes.ts`. */
  code: z.enum(outcomeCodeList),
  /** The same for people, with the operator's and Flink's own words. */
  message: z.string(),
  from: z.string(),
  to: z.string(),
  epoch: z.number().int().min(0),
  recoveryPoint: z.string().nullable(),
  restoredPath: z.string().nullable(),
  /** Age of the state at the loss. */
  rpoSeconds: z.number().nullable(),
  /** From the trigger to all tasks running. */
  rtoSeconds: z.number().nullable(),
  steps: z.array(stepSchema),
  evidence: z.array(z.string()),
  /** Why a job that was started did not come up, as a code of `model/health/diagnosis/codes.ts`. */
  diagnosis: z.enum(Object.keys(diagnosisCodes) as [DiagnosisCode, ...DiagnosisCode[]]).optional(),
});
export type JobReport = z.infer<typeof jobReportSchema>;

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
  schema: z.literal(1),
  kind: z.enum(['escape', 'relocate', 'drill']),
  id: z.string(),
  zone: z.string(),
  /** The clusters that were lost, where they have names of their own: `from` of each job is one of them. */
  clusters: z.array(z.string()).optional(),
  to: z.array(z.string()),
  incident: z.string(),
  trigger: z.object({ by: z.string(), via: z.string() }),
  dryRun: z.boolean(),
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime(),
  budgetSeconds: z.number(),
  totals: z.object({ running: z.number().int(), left: z.number().int(), failed: z.number().int() }),
  tiers: z.partialRecord(z.enum(tiers), tierReportSchema),
  /** What fencing the lost zone came to. */
  fence: z.object({ outcome: z.enum(['fenced', 'unreachable', 'skipped']), detail: z.string() }),
  jobs: z.array(jobReportSchema),
  /** Only where somebody had to make room. */
  preempted: z.array(preemptedSchema).optional(),
  /** Only where operators told it something. */
  operators: z.array(operatorActSchema).optional(),
});
export type Report = z.infer<typeof reportSchema>;
