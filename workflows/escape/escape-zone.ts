/**
 * The entry: `escape/<zone>/<incident>`. Checks the input in words (the UI's form has no check of its own), resolves
 * it by the configuration and starts the exclusive child. The same incident twice is one escape.
 */
import {
  ActivityFailure,
  allHandlersFinished,
  ApplicationFailure,
  ChildWorkflowFailure,
  condition,
  ParentClosePolicy,
  setCurrentDetails,
  setHandler,
  startChild,
  workflowInfo,
} from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import type { EscapeTarget, ReportSummary } from '../../model/results/escape.ts';
import { complaintsAboutEscapeInput, type EscapeInput } from '../../model/inputs/escape-input.ts';
import { resolveEscape } from './activities.ts';
import { escapeActive } from './escape-active.ts';
import { requestEscape } from './messages.ts';
import type { Verdict } from './verdict.ts';

export async function escapeZone(input: EscapeInput): Promise<ReportSummary> {
  let verdict: Verdict | undefined;
  setHandler(requestEscape, async () => {
    await condition(() => verdict !== undefined);
    return verdict!;
  });
  const refuse = async (type: string, sentence: string): Promise<never> => {
    verdict = { accepted: false, code: type, sentence, workflowId: workflowInfo().workflowId };
    setCurrentDetails(`**Refused**: ${sentence}`);
    await condition(allHandlersFinished);
    throw ApplicationFailure.nonRetryable(sentence, type);
  };

  const complaints = complaintsAboutEscapeInput(input);
  if (complaints.length > 0) return refuse('BadInput', complaints.join('; '));
  const { workflowId, startTime } = workflowInfo();
  let target: EscapeTarget;
  try {
    target = await resolveEscape(input, { incident: incidentOf(workflowId), triggeredAt: startTime.toISOString() });
  } catch (error) {
    const cause = error instanceof ActivityFailure ? error.cause : undefined;
    if (!(cause instanceof ApplicationFailure)) throw error;
    return refuse(cause.type ?? 'BadInput', cause.message);
  }

  // A dry run changes nothing, so it must not lock out the real one.
  const whole = target.partOf ?? target.zone;
  const childId = target.dryRun ? `${workflowId}/dry-run` : `escape-active/${whole}`;
  const child = await startChild(escapeActive, {
    workflowId: childId,
    args: [target],
    parentClosePolicy: ParentClosePolicy.ABANDON,
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    staticSummary: `${target.zone} → ${zonesOf(target)} for ${target.incident}`,
    // Whoever asks about one cluster must know which of them it is, with no worker there to answer a query.
    ...(whole === target.zone ? {} : { memo: { lost: target.zone } }),
  }).catch((error: unknown) => {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return undefined;
    throw error;
  });
  if (!child) {
    const zone = whole === target.zone ? whole : `${whole}, of which ${target.zone} is a cluster,`;
    return refuse('EscapeUnderWay', `${zone} is already being escaped by ${childId}`);
  }
  const waits = target.approvalTimeoutMs !== undefined && !target.dryRun;
  const lost = target.clusters ? `${target.zone} (${target.clusters.join(', ')})` : target.zone;
  const what = `${target.dryRun ? 'dry run of the escape' : 'escape'} from ${lost} to ${zonesOf(target)}`;
  const sentence = `${what} accepted${waits ? '; it changes nothing before somebody approves its plan' : ''}`;
  verdict = { accepted: true, sentence, workflowId: childId };
  setCurrentDetails(`${sentence}. Follow **${childId}**.`);
  try {
    return await child.result();
  } catch (error) {
    const cause = error instanceof ChildWorkflowFailure ? error.cause : undefined;
    if (cause instanceof ActivityFailure && cause.cause instanceof ApplicationFailure) {
      throw ApplicationFailure.nonRetryable(cause.cause.message, cause.cause.type);
    }
    if (cause instanceof ApplicationFailure) throw ApplicationFailure.nonRetryable(cause.message, cause.type);
    throw error;
  } finally {
    await condition(allHandlersFinished);
  }
}

function zonesOf({ to, peers }: EscapeTarget): string {
  return peers?.join(', ') ?? to;
}

/** `escape/az-a/INC-7` was made by the CLI or API for INC-7; any other id is the incident itself. */
function incidentOf(workflowId: string): string {
  return workflowId.startsWith('escape/') ? workflowId.split('/').slice(2).join('/') || workflowId : workflowId;
}
