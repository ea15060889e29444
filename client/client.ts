/** What the command line and the API ask of Temporal: start an escape, follow it, protect a zone. */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  isGrpcServiceError,
  ServiceError,
  WithStartWorkflowOperation,
  WorkflowExecutionAlreadyStartedError,
  WorkflowFailedError,
  WorkflowUpdateFailedError,
  type Client,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { ReportSummary } from '../model/results/escape.ts';
import { complaintsAboutEscapeInput, type EscapeInput } from '../model/inputs/escape-input.ts';
import type { EscapeProgress } from '../model/move/progress.ts';
import { errorCodes, type ErrorCode } from '../model/error-codes.ts';
import type { Config } from '../model/config/types.ts';
import { lostClusters, noSuchCluster, type LostClusters } from '../model/config/zone-clusters.ts';
import { complaintsAboutProtectInput, type ProtectInput } from '../model/inputs/protect-input.ts';
import type { RoundProgress } from '../model/protect/round-progress.ts';
import type { escapeZone } from '../workflows/escape/escape-zone.ts';
import type { Verdict } from '../workflows/escape/verdict.ts';
import type { ProtectProgress } from '../workflows/protect/messages.ts';
import type { ProtectSummary, protectZone as protectZoneWorkflow } from '../workflows/protect/protect-zone.ts';
import { roundsUnderWay } from './rounds-under-way.ts';

/** An answer that the user is meant to read: code of `model/error-codes.ts` and sentence. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: ErrorCode;

  constructor(code: ErrorCode, sentence: string) {
    super(sentence);
    this.code = code;
  }
}

/** For what is about one cluster. @throws Refusal `UnknownZone`, naming those that there are */
export function refuseUnknownZone(config: Config, zone: string): void {
  if (!Object.hasOwn(config.zones, zone)) throw new Refusal('UnknownZone', noSuchCluster(config, zone));
}

/** For escapes, which may be of a zone or of one cluster of it. @throws Refusal `UnknownZone` */
export function lostOrRefuse(config: Config, zone: string, cluster?: string): LostClusters {
  const lost = lostClusters(config, zone, cluster);
  if ('problem' in lost) throw new Refusal('UnknownZone', lost.problem);
  return lost;
}

/** What a verdict that is not accepted says. */
export function refusalOfVerdict(verdict: Verdict): Refusal {
  return new Refusal(isErrorCode(verdict.code) ? verdict.code : 'EscapeUnderWay', verdict.sentence);
}

/** How long clients wait between two looks. */
const lookEveryMs = 1_000;

/**
 * Asks for an escape and answers at once. The same incident again gives the same verdict.
 * @throws Refusal for a bad input; another incident for the same zone is a verdict that is not accepted
 */
export async function requestEscape(
  client: Client,
  config: Config,
  input: EscapeInput,
): Promise<{ verdict: Verdict; workflowId: string }> {
  const complaints = complaintsAboutEscapeInput(input);
  if (complaints.length > 0) throw new Refusal('BadInput', complaints.join('; '));
  const { zone } = lostOrRefuse(config, input.zone, input.cluster);
  const incident = input.incident ?? `manual-${new Date().toISOString().replace(/[:.]/g, '-')}`;
  const workflowId = `escape/${zone}/${incident}${input.dryRun ? '/dry-run' : ''}`;
  const askedAtMs = Date.now();
  const ask = (updateId: string): Promise<Verdict> => {
    const startWorkflowOperation = new WithStartWorkflowOperation<typeof escapeZone>('escapeZone', {
      workflowId,
      taskQueue: config.temporal.taskQueue,
      args: [{ ...input, incident }],
      workflowIdReusePolicy: input.dryRun ? 'ALLOW_DUPLICATE' : 'ALLOW_DUPLICATE_FAILED_ONLY',
      workflowIdConflictPolicy: 'USE_EXISTING',
      staticSummary: `${input.dryRun ? 'dry run: ' : ''}escape ${zone} for ${incident}`,
      priority: { priorityKey: 1 },
    });
    return client.workflow.executeUpdateWithStart<typeof escapeZone, Verdict, []>('request', {
      startWorkflowOperation,
      updateId,
    });
  };
  try {
    const verdict = await ask(incident);
    const refusedBefore = verdict.accepted ? undefined : await runClosedBefore(client, workflowId, askedAtMs);
    return { verdict: refusedBefore === undefined ? verdict : await ask(`${incident}/${refusedBefore}`), workflowId };
  } catch (error) {
    if (error instanceof WorkflowUpdateFailedError) throw refusalOf(error.cause) ?? error;
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    // Started in Temporal's UI, and over: nobody asked it for a verdict while it ran.
    const sentence = `the escape of ${zone} for ${incident} is over`;
    return { verdict: { accepted: true, sentence, workflowId }, workflowId };
  }
}

/**
 * The run of the workflow if it was over before this was asked. Temporal answers an update of the same id with what it
 * said then: a refusal would stand for ever, though what was in the way is gone. A clock that is off costs one more
 * attempt, or one more question.
 */
async function runClosedBefore(client: Client, workflowId: string, askedAtMs: number): Promise<string | undefined> {
  const { closeTime, runId } = await client.workflow.getHandle(workflowId).describe();
  return closeTime && closeTime.getTime() < askedAtMs ? runId : undefined;
}

/** Waits for the end of an escape, telling its progress each second. A Temporal server that is away is waited for. */
export async function followEscape(
  client: Client,
  escape: { verdict: Verdict; workflowId: string },
  onProgress: (progress: EscapeProgress) => void,
): Promise<ReportSummary> {
  return follow(client, escape.workflowId, async () => {
    onProgress(await client.workflow.getHandle(escape.verdict.workflowId).query<EscapeProgress>('progress'));
  });
}

/** Starts one round of protection and answers with its workflow id at once. @throws Refusal */
export async function startProtection(client: Client, config: Config, input: ProtectInput): Promise<string> {
  const complaints = complaintsAboutProtectInput(input);
  if (complaints.length > 0) throw new Refusal('BadInput', complaints.join('; '));
  refuseUnknownZone(config, input.zone);
  const workflowId = `protect/${input.zone}`;
  try {
    await client.workflow.start<typeof protectZoneWorkflow>('protectZone', {
      workflowId,
      taskQueue: config.temporal.taskQueue,
      args: [input],
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      staticSummary: `protect ${input.jobs?.join(', ') ?? `all jobs of ${input.zone}`}`,
      priority: { priorityKey: 5 },
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    throw new Refusal('ProtectUnderWay', `${input.zone} is being protected already by ${workflowId}`);
  }
  return workflowId;
}

/** Runs one round of protection and waits for it. @throws Refusal */
export async function protectZone(
  client: Client,
  config: Config,
  input: ProtectInput,
  onProgress: (progress: ProtectProgress, underWay: RoundProgress[]) => void,
): Promise<{ summary: ProtectSummary; progress: ProtectProgress | undefined }> {
  const workflowId = await startProtection(client, config, input);
  let progress: ProtectProgress | undefined;
  const look = async () => {
    const [seen, underWay] = await Promise.all([
      client.workflow.getHandle(workflowId).query<ProtectProgress>('progress'),
      roundsUnderWay(client, workflowId).catch(() => []),
    ]);
    progress = seen;
    onProgress(seen, underWay);
  };
  const summary = await follow<ProtectSummary>(client, workflowId, look);
  await look().catch(() => undefined);
  return { summary, progress };
}

/** Waits for a workflow's end and looks at it each second; a look that fails is made up for by the next. */
export async function follow<T>(client: Client, workflowId: string, look: () => Promise<void>): Promise<T> {
  const over = new AbortController();
  // A worker that is just starting cannot answer a query; the next look will.
  const looking = (async () => {
    while (!over.signal.aborted) {
      await look().catch(() => undefined);
      await sleep(lookEveryMs, undefined, { signal: over.signal }).catch(() => undefined);
    }
  })();
  try {
    return await resultOf<T>(client, workflowId);
  } finally {
    over.abort();
    await looking;
  }
}

/** `handle.result()` rejects when the server goes away for a moment; the workflow does not. */
async function resultOf<T>(client: Client, workflowId: string): Promise<T> {
  for (;;) {
    try {
      return (await client.workflow.getHandle(workflowId).result()) as T;
    } catch (error) {
      if (error instanceof WorkflowFailedError) throw refusalOf(error.cause) ?? error;
      if (!isGrpcServiceError(error) && !(error instanceof ServiceError)) throw error;
      await sleep(lookEveryMs);
    }
  }
}

/** The refusal that a failure of a workflow or update carries; undefined where it carries none. */
export function refusalOf(cause: unknown): Refusal | undefined {
  for (let error = cause; error instanceof Error; error = error.cause) {
    if (error instanceof ApplicationFailure && isErrorCode(error.type)) return new Refusal(error.type, error.message);
  }
  return undefined;
}

function isErrorCode(text: string | null | undefined): text is ErrorCode {
  return typeof text === 'string' && Object.hasOwn(errorCodes, text);
}
