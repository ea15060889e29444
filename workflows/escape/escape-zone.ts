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
import type { Move } from '../../model/move/move.ts';
import type { ReportSummary } from '../../model/results/escape.ts';
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
  let move: Move;
  try {
    move = await resolveEscape(input, { incident: incidentOf(workflowId), triggeredAt: startTime.toISOString() });
  } catch (error) {
    const cause = error instanceof ActivityFailure ? error.cause : undefined;
    if (!(cause instanceof ApplicationFailure)) throw error;
    return refuse(cause.type ?? 'BadInput', cause.message);
  }

  // A dry run changes nothing, so it must not lock out the real one.
  const { whole } = move;
  const isRehearsal = move.effects === 'rehearsed';
  const childId = isRehearsal ? `${workflowId}/dry-run` : `escape-active/${whole}`;
  const child = await startChild(escapeActive, {
    workflowId: childId,
    args: [move],
    parentClosePolicy: ParentClosePolicy.ABANDON,
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    staticSummary: `${move.zone} → ${move.peers.join(', ')} for ${move.incident}`,
    // Whoever asks about one cluster must know which of them it is, with no worker there to answer a query.
    ...(whole === move.zone ? {} : { memo: { lost: move.zone } }),
  }).catch((error: unknown) => {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return undefined;
    throw error;
  });
  if (!child) {
    const zone = whole === move.zone ? whole : `${whole}, of which ${move.zone} is a cluster,`;
    return refuse('EscapeUnderWay', `${zone} is already being escaped by ${childId}`);
  }
  const waits = move.approvalTimeoutMs !== null && !isRehearsal;
  const lost = move.lost.includes(move.zone) ? move.zone : `${move.zone} (${move.lost.join(', ')})`;
  const what = `${isRehearsal ? 'dry run of the escape' : 'escape'} from ${lost} to ${move.peers.join(', ')}`;
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

/** `escape/az-a/INC-7` was made by the CLI or API for INC-7; any other id is the incident itself. */
function incidentOf(workflowId: string): string {
  return workflowId.startsWith('escape/') ? workflowId.split('/').slice(2).join('/') || workflowId : workflowId;
}
