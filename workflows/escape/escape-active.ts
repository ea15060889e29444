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
  patched,
  allHandlersFinished,
  setCurrentDetails,
  setHandler,
  sleep,
  startChild,
  workflowInfo,
} from '@temporalio/workflow';
import type { BatchRef, FenceResult, PlanSummary, ReportSummary } from '../../model/results/escape.ts';
import type { Move, ReachableSet, SettledMove } from '../../model/move/move.ts';
import type { ReportEnd } from '../../activities/escape/write-report.ts';
import { progressMarkdown, type EscapePhase } from '../../model/move/progress.ts';
import type { fenceReturn } from '../fence/fence-return.ts';
import { checkPeer, makePlan, writeReport } from './activities.ts';
import { OperatorControl } from './control.ts';
import { batchNews, escapeProgress } from './messages.ts';
import { ProgressState } from './progress-state.ts';
import { giveUpReserveBeside, makeRoomBeside } from './make-room.ts';
import { runWaves } from './run-waves.ts';
import { whyFailed } from '../shared/failure-words.ts';
import { fenceZone } from '../shared/fence-zone.ts';

const peerPatienceMs = 40_000;

/** P0 jobs of the peers that answer wait as long. */
const otherPeersPatienceMs = 10_000;

export async function escapeActive(asked: Move): Promise<ReportSummary> {
  const state = new ProgressState(asked);
  const { progress } = state;
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
  const control = new OperatorControl(asked, progress, show);
  control.listen();

  enter('assess');
  const move: SettledMove = { ...asked, reachable: await untilPeersAnswer(asked) };
  progress.to = [...move.reachable.answer];
  enter('plan');
  const plan = await makePlan(move);
  state.planned(plan);

  control.planned(move);
  await control.untilApproved(plan);
  const what = mayStart(move, plan, control)
    ? await startJobs(move, plan, state, control, enter)
    : nothingStarted(control);

  enter('report');
  const report = await writeReport(move, {
    ...what,
    outcome: control.stopped === undefined ? 'completed' : 'aborted',
    finishedAt: new Date(Date.now()).toISOString(),
    ...(control.skipped.length > 0 ? { skipped: [...control.skipped] } : {}),
    ...(control.acts.length > 0 ? { operators: [...control.acts] } : {}),
  });
  progress.reportKey = report.reportKey;
  enter(control.stopped === undefined ? 'done' : 'aborted');
  await condition(allHandlersFinished);
  return report;
}

type Started = Pick<ReportEnd, 'batches' | 'victims' | 'fence' | 'unstarted' | 'beganAt' | 'broken'>;

/** Fences, makes room and runs the waves, and leaves somebody behind who waits for the lost zone. */
async function startJobs(
  move: SettledMove,
  plan: PlanSummary,
  state: ProgressState,
  control: OperatorControl,
  enter: (phase: EscapePhase) => void,
): Promise<Started> {
  const { workflowId } = workflowInfo();
  const isReal = move.effects === 'real';
  const fence = fenceInBackground(move);
  enter('waves');
  const beganAt = new Date(Date.now()).toISOString();
  const heldWave = (wave: number): boolean =>
    plan.batches.some((batch) => batch.wave === wave && control.held(batch.tier));
  const room = makeRoomBeside(move, isReal ? plan.victims : [], workflowId, {
    paused: control.paused,
    aborted: control.aborted,
    heldWave,
    get skipped() {
      return control.skipped;
    },
  });
  const reserve = plan.reserved && isReal ? giveUpReserveBeside(move) : { given: () => true };
  // P0 runs already, or nothing was reserved for it.
  const hasRoom = ({ tier, wave, waits, zone }: BatchRef): boolean =>
    (tier === 'P0' || reserve.given()) && (!waits || room.madeFor(wave, zone));
  const { begun, broken } = await runWaves(move, plan.batches, state, workflowId, control, hasRoom);
  await room.over;
  if (broken.length > 0) state.progress.note = `${broken.length} batch(es) broke: ${broken[0]}`;
  if (isReal) await watchForReturn(move);
  return {
    batches: begun,
    ...(room.begun.length > 0 ? { victims: room.begun } : {}),
    fence: fence.now(),
    beganAt: begun.length > 0 ? beganAt : null,
    broken,
    unstarted: control.stopped ?? { code: 'NotStarted', message: broken[0] ?? 'it was not started' },
  };
}

/** False where nothing is to start: no job can, or an operator or nobody's approval ended it before anything changed. */
function mayStart(move: Move, plan: PlanSummary, { stopped }: OperatorControl): boolean {
  if (stopped === undefined && plan.batches.length > 0) return true;
  // Before there were approvals such an escape fenced all the same.
  return move.approvalTimeoutMs === null && !patched('nothing-to-start');
}

function nothingStarted({ stopped }: OperatorControl): Started {
  const unstarted = stopped ?? ({ code: 'NotStarted', message: 'the plan starts no job' } as const);
  return {
    batches: [],
    fence: { outcome: 'skipped', detail: unstarted.message },
    beganAt: null,
    broken: [],
    unstarted,
  };
}

/**
 * Tries the peers for about 40 seconds: one that is silent for longer cannot take anything. Of several one that answers
 * is enough, and the others have ten seconds more.
 */
async function untilPeersAnswer(move: Move): Promise<ReachableSet> {
  const begun = Date.now();
  const answered = new Set<string>();
  let why: string | undefined;
  for (;;) {
    try {
      const asked = await checkPeer(move);
      for (const zone of asked.answer) answered.add(zone);
      // One that answered once is there: what refuses a call now and then takes the next.
      const silent = asked.silent.filter(({ zone }) => !answered.has(zone));
      if (silent.length === 0 || Date.now() >= begun + otherPeersPatienceMs) {
        return { answer: move.peers.filter((zone) => answered.has(zone)), silent };
      }
    } catch (error) {
      if (!(error instanceof ActivityFailure) || isCancellation(error)) throw error;
      const { cause } = error;
      // A time-out (its worker died) says nothing of the peer; what was heard before stands.
      if (cause instanceof ApplicationFailure) why = cause.message;
      const isFinal = cause instanceof ApplicationFailure && cause.nonRetryable === true;
      if (isFinal || Date.now() >= begun + peerPatienceMs) {
        const words = `${move.peers.join(', ')} cannot take the jobs of ${move.zone}: ${why ?? whyFailed(error)}`;
        throw ApplicationFailure.nonRetryable(words, 'PeerDown');
      }
    }
    await sleep('2s');
  }
}

/** Starts fencing without waiting; whatever it has come to when the report is written is what the report says. */
function fenceInBackground(move: SettledMove): { now: () => FenceResult['fence'] } {
  const isReal = move.effects === 'real';
  let fence: FenceResult['fence'] = isReal
    ? { outcome: 'unreachable', detail: `${move.zone} had not answered when the report was written` }
    : { outcome: 'skipped', detail: 'dry run' };
  if (isReal) {
    void fenceZone(move, 'pending').then(
      (result) => {
        fence = result.fence;
      },
      (error: unknown) => {
        const why = error instanceof ActivityFailure ? whyFailed(error) : String(error);
        fence = { outcome: 'unreachable', detail: `${move.zone} could not be told to stop its jobs: ${why}` };
      },
    );
  }
  return { now: () => fence };
}

/** Leaves somebody behind who waits for the lost zone: its jobs would start again by themselves, beside ours. */
async function watchForReturn(move: SettledMove): Promise<void> {
  await startChild<typeof fenceReturn>('fenceReturn', {
    workflowId: `fence/${move.zone}/${move.id}`,
    args: [move],
    parentClosePolicy: ParentClosePolicy.ABANDON,
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    staticSummary: `waits for ${move.zone} to come back and stops there what runs in ${move.reachable.answer.join(', ')} now`,
  });
}
