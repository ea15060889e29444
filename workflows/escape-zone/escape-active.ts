/**
 * The escape itself, under the fixed id `escape-active/<zone>`: two never run for one zone. Assess, plan, fence (which
 * nobody waits for), waves, report. Ends with the report's totals; a job's failure is in the report, not thrown.
 */
import {
  ActivityFailure,
  ApplicationFailure,
  condition,
  isCancellation,
  ParentClosePolicy,
  allHandlersFinished,
  setCurrentDetails,
  setHandler,
  sleep,
  startChild,
  workflowInfo,
} from '@temporalio/workflow';
import type { EscapeTarget, FenceResult, ReportSummary } from '../../activities/escape/types.ts';
import { progressMarkdown, type EscapePhase } from '../../model/escape/progress.ts';
import { fenceReturn } from '../fence-return/fence-return.ts';
import { checkPeer, fenceZone, makePlan, writeReport } from './activities.ts';
import { abortEscape, batchNews, escapeProgress, pauseEscape, resumeEscape } from './messages.ts';
import { ProgressState } from './progress-state.ts';
import { makeRoomBeside } from './make-room.ts';
import { runWaves } from './run-waves.ts';
import { whyFailed } from '../failure-words.ts';

const peerPatienceMs = 40_000;

export async function escapeActive(target: EscapeTarget): Promise<ReportSummary> {
  const state = new ProgressState(target);
  const { progress } = state;
  let abortedBy: string | undefined;
  const show = () => setCurrentDetails(progressMarkdown(progress, Date.now()));
  const enter = (phase: EscapePhase) => {
    progress.phase = phase;
    show();
  };
  setHandler(escapeProgress, () => progress);
  setHandler(batchNews, (news) => {
    state.heard(news);
    show();
  });
  setHandler(pauseEscape, ({ by }) => {
    Object.assign(progress, { paused: true, note: `paused by ${by}` });
    show();
    return progress;
  });
  setHandler(resumeEscape, ({ by }) => {
    Object.assign(progress, { paused: false, note: `resumed by ${by}` });
    show();
    return progress;
  });
  setHandler(abortEscape, ({ by }) => {
    abortedBy ??= by;
    progress.note = `aborted by ${abortedBy}: nothing more is started`;
    show();
    return progress;
  });

  enter('assess');
  await untilPeerAnswers(target);
  enter('plan');
  const plan = await makePlan(target);
  state.planned(plan);

  const fence = fenceInBackground(target);
  enter('waves');
  const control = { paused: () => progress.paused, aborted: () => abortedBy !== undefined };
  const room = makeRoomBeside(target, target.dryRun ? [] : (plan.victims ?? []), workflowInfo().workflowId, control);
  const { begun, broken } = await runWaves(target, plan.batches, state, workflowInfo().workflowId, {
    ...control,
    roomMadeFor: (wave) => room.madeFor(wave),
  });
  await room.over;
  if (broken.length > 0) progress.note = `${broken.length} batch(es) broke: ${broken[0]}`;

  if (!target.dryRun) await watchForReturn(target);
  enter('report');
  const report = await writeReport(target, {
    batches: begun,
    ...(room.begun.length > 0 ? { victims: room.begun } : {}),
    fence: fence.now(),
    unstarted: abortedBy === undefined ? (broken[0] ?? 'it was not started') : `the escape was aborted by ${abortedBy}`,
    finishedAt: new Date(Date.now()).toISOString(),
  });
  progress.reportKey = report.reportKey;
  enter(abortedBy === undefined ? 'done' : 'aborted');
  await condition(allHandlersFinished);
  return report;
}

/** Tries the peer for about 40 seconds: one that is silent for longer cannot take anything. */
async function untilPeerAnswers(target: EscapeTarget): Promise<void> {
  const deadline = Date.now() + peerPatienceMs;
  let why: string | undefined;
  for (;;) {
    try {
      await checkPeer(target);
      return;
    } catch (error) {
      if (!(error instanceof ActivityFailure) || isCancellation(error)) throw error;
      const { cause } = error;
      // A time-out (its worker died) says nothing of the peer; what was heard before stands.
      if (cause instanceof ApplicationFailure) why = cause.message;
      const isFinal = cause instanceof ApplicationFailure && cause.nonRetryable === true;
      if (isFinal || Date.now() >= deadline) {
        const words = `${target.to} cannot take the jobs of ${target.zone}: ${why ?? whyFailed(error)}`;
        throw ApplicationFailure.nonRetryable(words, 'PeerDown');
      }
    }
    await sleep('2s');
  }
}

/** Starts fencing without waiting; whatever it has come to when the report is written is what the report says. */
function fenceInBackground(target: EscapeTarget): { now: () => FenceResult['fence'] } {
  let fence: FenceResult['fence'] = target.dryRun
    ? { outcome: 'skipped', detail: 'dry run' }
    : { outcome: 'unreachable', detail: `${target.zone} had not answered when the report was written` };
  if (!target.dryRun) {
    void fenceZone(target, 'pending').then(
      (result) => {
        fence = result.fence;
      },
      (error: unknown) => {
        const why = error instanceof ActivityFailure ? whyFailed(error) : String(error);
        fence = { outcome: 'unreachable', detail: `${target.zone} could not be told to stop its jobs: ${why}` };
      },
    );
  }
  return { now: () => fence };
}

/** Leaves somebody behind who waits for the lost zone: its jobs would start again by themselves, beside ours. */
async function watchForReturn(target: EscapeTarget): Promise<void> {
  await startChild(fenceReturn, {
    workflowId: `fence/${target.zone}/${target.escapeId}`,
    args: [target],
    parentClosePolicy: ParentClosePolicy.ABANDON,
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    staticSummary: `waits for ${target.zone} to come back and stops there what runs in ${target.to} now`,
  });
}
