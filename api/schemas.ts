/** Shapes of what goes in and out of the API: checked at the border, and published in the OpenAPI document. */
import { z } from 'zod';
import { escapePhases, type EscapeProgress } from '../model/move/progress.ts';
import { errorCodes, type ErrorCode } from '../model/error-codes.ts';
import { selectorProblem } from '../model/inputs/escape-input.ts';
import { isJobKey } from '../model/job/job.ts';
import { parseDurationMs } from '../model/duration.ts';
import { tiers } from '../model/job/tier.ts';

const shortText = z
  .string({ error: 'must be a text of 1 to 200 characters' })
  .min(1, 'must be a text of 1 to 200 characters')
  .max(200, 'must be a text of 1 to 200 characters');

const jobKey = shortText.refine(isJobKey, 'must be namespace/name');

const tierList = z
  .array(z.enum(tiers, 'must be P0, P1, P2 or P3'), 'must be a list of tiers such as ["P0", "P1"]')
  .min(1, 'must name at least one tier')
  .optional()
  .describe('Only these tiers.');

/**
 * `EscapeInput` without what the API knows itself: the zone is in the path, the caller in its token. Takes the same
 * as the workflow's own check, which is written without a schema library; a test holds the two together.
 */
export const escapeBody = z.strictObject({
  incident: shortText.optional().describe('Name of the incident: the same one twice is one escape.'),
  cluster: shortText.optional().describe('Only this cluster of the zone, where it has several.'),
  dryRun: z.boolean('must be true or false').optional().describe('Plan and check, change nothing.'),
  tiers: tierList,
  namespaces: z
    .array(shortText, 'must be a list of namespace names')
    .min(1, 'must name at least one namespace')
    .optional()
    .describe('Only jobs of these namespaces.'),
  selector: z
    .string('must be a label selector such as "team=payments,env!=dev"')
    .superRefine((text, context) => {
      const problem = selectorProblem(text);
      const message = `must be a label selector such as "team=payments,env!=dev": ${problem}`;
      if (problem !== undefined) context.addIssue({ code: 'custom', message });
    })
    .optional()
    .describe('Only jobs with these labels, as `kubectl -l` takes them.'),
  jobs: z
    .array(jobKey, 'must be a list of namespace/name')
    .min(1, 'must name at least one job')
    .max(500, 'must name at most 500 jobs')
    .optional()
    .describe('Only these jobs, as namespace/name.'),
  lostAt: shortText
    .refine((text) => !Number.isNaN(Date.parse(text)), 'must be a time such as 2026-11-21T03:00:00Z')
    .optional()
    .describe('When the zone was lost, ISO 8601. Ages of state count to it.'),
  budget: shortText
    .refine((text) => Boolean(parseDurationMs(text)), 'must be a duration such as "10m"')
    .optional()
    .describe('Measure against this instead of the configured budget, such as "10m".'),
  approval: z
    .union([z.literal(true), z.literal('required')], 'must be true or "required"')
    .optional()
    .describe('Wait for approval before anything is changed. What the configuration asks for cannot be waived.'),
});

type Given<Body> = { [Field in keyof Body]: Exclude<Body[Field], undefined> };

/** The body as part of an input: fields that were not given have no key. */
export function inputOf<Body extends object>(body: Body): Given<Body> {
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined)) as Given<Body>;
}

export const acceptedAnswer = z.object({
  sentence: z.string(),
  workflowId: z.string().describe('The workflow to follow in the Temporal UI.'),
  escape: z.string().describe('Id of the escape, `<zone>-<incident>`.'),
  progress: z.string().optional().describe('Path of its progress while it runs; absent for a dry run.'),
  events: z.string().optional().describe('Path of its progress as server-sent events; absent for a dry run.'),
  report: z.string().describe('Path of its report, there once it is over.'),
});

const tierProgress = z.object({
  jobs: z.int(),
  waiting: z.int(),
  started: z.int(),
  running: z.int(),
  left: z.int(),
  failed: z.int(),
});

export const progressAnswer = z.object({
  phase: z.enum(escapePhases),
  zone: z.string().describe('What is lost: the zone, or one cluster of it.'),
  clusters: z.array(z.string()).describe('The lost clusters; a zone that is one cluster has its name.'),
  to: z.array(z.string()),
  incident: z.string(),
  startedAt: z.iso.datetime(),
  budgetSeconds: z.number(),
  tiers: z.partialRecord(z.enum(tiers), tierProgress),
  paused: z.boolean(),
  note: z.string(),
  reportKey: z.string().nullable(),
  approval: z
    .object({
      until: z.iso.datetime(),
      jobs: z.int(),
      left: z.int(),
      by: z.string().nullable().describe('Who approved; null while nobody has.'),
    })
    .optional()
    .describe('There when the plan needs approval before anything is changed.'),
  held: z
    .array(z.object({ tier: z.enum(tiers), by: z.string() }))
    .optional()
    .describe('Tiers of which no batch begins.'),
  skipped: z
    .array(z.object({ job: z.string(), by: z.string() }))
    .optional()
    .describe('Jobs that are not to be started.'),
}) satisfies z.ZodType<EscapeProgress, EscapeProgress>;

export const protectionBody = z.strictObject({
  jobs: z
    .array(jobKey, 'must be a list of namespace/name')
    .min(1, 'must name at least one job')
    .optional()
    .describe('Only these jobs, as namespace/name.'),
  tiers: tierList,
});

export const protectionAnswer = z.object({ sentence: z.string(), workflowId: z.string() });

export const problemAnswer = z.object({
  code: z.enum(Object.keys(errorCodes) as [ErrorCode, ...ErrorCode[]]),
  sentence: z.string().describe('What is wrong in this case.'),
  remedy: z.string().describe('What to do.'),
});

export const healthAnswer = z.object({ ok: z.boolean(), temporal: z.enum(['reachable', 'silent']) });

/** What became of one zone that a hook's message asked to escape. */
const hookOutcome = z.object({
  zone: z.string(),
  incident: z.string(),
  accepted: z.boolean(),
  code: problemAnswer.shape.code.optional(),
  sentence: z.string(),
});
export type HookOutcome = z.infer<typeof hookOutcome>;

export const hookAnswer = z.object({
  escapes: z.array(hookOutcome),
  ignored: z.int().describe('Alerts or events of the message that do not mean a lost zone.'),
});
