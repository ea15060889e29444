/**
 * What operators told a running escape: approval, pause, abort, jobs to skip, tiers to hold. It is kept by the
 * workflow and handed to what begins later, so that it outlives every worker.
 */
import { ActivityFailure, ApplicationFailure, condition, setHandler } from '@temporalio/workflow';
import type { Move, SettledMove } from '../../model/move/move.ts';
import type { PlanSummary } from '../../model/results/escape.ts';
import type { ErrorCode } from '../../model/error-codes.ts';
import { formatDurationMs } from '../../model/duration.ts';
import {
  actSentence,
  complaintsAboutNote,
  type OperatorAct,
  type SkippedJob,
  skippedAtMost,
} from '../../model/move/operators.ts';
import type { EscapeProgress } from '../../model/move/progress.ts';
import type { Reason } from '../../model/outcome/outcome.ts';
import type { Tier } from '../../model/job/tier.ts';
import { whyFailed } from '../shared/failure-words.ts';
import { findPlanned } from './activities.ts';
import {
  abortEscape,
  approveEscape,
  holdTier,
  pauseEscape,
  releaseTier,
  resumeEscape,
  skipJob,
  type TierNote,
} from './messages.ts';

/** Acts that are kept for the report, the newest: somebody may pause and resume for hours. */
const actsKept = 200;

export class OperatorControl {
  readonly #move: Move;
  #settled: SettledMove | undefined;
  readonly #progress: EscapeProgress;
  readonly #show: () => void;
  #acts: OperatorAct[] = [];
  #stopped: Reason | undefined;
  /** True once the batch has begun that has this job; told by who begins them. */
  hasBegun: (wave: number, index: number) => boolean = () => false;

  constructor(move: Move, progress: EscapeProgress, show: () => void) {
    this.#move = move;
    this.#progress = progress;
    this.#show = show;
  }

  /** Why nothing more is started; undefined while that is not so. */
  get stopped(): Reason | undefined {
    return this.#stopped;
  }

  /** What took effect, in its order. */
  get acts(): readonly OperatorAct[] {
    return this.#acts;
  }

  get skipped(): readonly SkippedJob[] {
    return this.#progress.skipped ?? [];
  }

  readonly paused = (): boolean => this.#progress.paused;
  readonly aborted = (): boolean => this.#stopped !== undefined;
  readonly held = (tier: Tier): boolean => (this.#progress.held ?? []).some((one) => one.tier === tier);

  /** Must be called before the first wait: an update may come with the first task. */
  listen(): void {
    setHandler(
      pauseEscape,
      ({ by }) => {
        this.#progress.paused = true;
        return this.#done({ act: 'pause', by });
      },
      { validator: refuseBadNote() },
    );
    setHandler(
      resumeEscape,
      ({ by }) => {
        this.#progress.paused = false;
        return this.#done({ act: 'resume', by });
      },
      { validator: refuseBadNote() },
    );
    setHandler(abortEscape, ({ by }) => this.#abort(by), { validator: refuseBadNote() });
    setHandler(approveEscape, ({ by }) => this.#approve(by), { validator: refuseBadNote() });
    setHandler(holdTier, (note) => this.#hold(note), { validator: refuseBadNote('tier') });
    setHandler(releaseTier, (note) => this.#release(note), { validator: refuseBadNote('tier') });
    setHandler(skipJob, (note) => this.#skip(note), { validator: refuseBadNote('job') });
  }

  /** The plan is there: from now on it can be approved, and jobs of it be skipped. */
  planned(move: SettledMove): void {
    this.#settled = move;
  }

  /** Waits where approval is asked for; without one nothing more is started. Anything else goes on at once. */
  async untilApproved(plan: PlanSummary): Promise<void> {
    const { approvalTimeoutMs, effects } = this.#move;
    if (approvalTimeoutMs === null || effects === 'rehearsed' || this.aborted() || plan.batches.length === 0) return;
    const jobs = Object.values(plan.jobsByTier).reduce((sum, count) => sum + count, 0);
    const until = new Date(Date.now() + approvalTimeoutMs).toISOString();
    this.#progress.approval = { until, jobs, left: plan.left, by: null };
    this.#progress.phase = 'approve';
    this.#show();
    await condition(() => this.aborted() || this.#progress.approval!.by !== null, approvalTimeoutMs);
    if (this.aborted() || this.#progress.approval.by !== null) return;
    const message = `nobody approved the escape within ${formatDurationMs(approvalTimeoutMs)}, so nothing was changed`;
    this.#stopped = { code: 'NotApproved', message };
    this.#progress.note = message;
  }

  #abort(by: string): EscapeProgress {
    if (this.aborted()) return this.#progress;
    this.#stopped = { code: 'EscapeAborted', message: `the escape was aborted by ${by}` };
    return this.#done({ act: 'abort', by }, `aborted by ${by}: nothing more is started`);
  }

  #approve(by: string): EscapeProgress {
    const { approval, phase } = this.#progress;
    const { zone, approvalTimeoutMs, effects } = this.#move;
    // Said twice is said once: who was first stands.
    if (approval && approval.by !== null) return this.#progress;
    if (approvalTimeoutMs === null || effects === 'rehearsed') {
      throw refusal('NothingToApprove', `this escape of ${zone} does not wait for approval`);
    }
    if (!approval) throw refusal('NothingToApprove', `the escape of ${zone} has no plan yet that could be approved`);
    if (this.aborted() || phase !== 'approve') {
      throw refusal('NothingToApprove', this.#stopped?.message ?? `the escape of ${zone} waits no more`);
    }
    approval.by = by;
    return this.#done({ act: 'approve', by });
  }

  #hold({ tier, by }: TierNote): EscapeProgress {
    if (this.held(tier)) return this.#progress;
    this.#progress.held = [...(this.#progress.held ?? []), { tier, by }];
    return this.#done({ act: 'holdTier', by, subject: tier });
  }

  #release({ tier, by }: TierNote): EscapeProgress {
    if (!this.held(tier)) return this.#progress;
    this.#progress.held = (this.#progress.held ?? []).filter((one) => one.tier !== tier);
    return this.#done({ act: 'releaseTier', by, subject: tier });
  }

  async #skip({ job, by }: SkippedJob): Promise<EscapeProgress> {
    const move = this.#settled;
    if (!move) throw refusal('TooEarly', 'the plan is not made yet, and without it no job can be skipped');
    const place = await findInPlan(move, job);
    if (this.skipped.some((one) => one.job === job)) return this.#progress;
    if (this.hasBegun(place.wave, place.index)) {
      throw refusal('JobStarted', `${job} can no longer be skipped: its batch has begun to start`);
    }
    if (this.skipped.length >= skippedAtMost) {
      throw refusal('BadInput', `${skippedAtMost} jobs are skipped already; hold the tier instead`);
    }
    this.#progress.skipped = [...this.skipped, { job, by }];
    return this.#done({ act: 'skipJob', by, subject: job });
  }

  #done(what: Omit<OperatorAct, 'at'>, note?: string): EscapeProgress {
    const act = { at: new Date(Date.now()).toISOString(), ...what };
    this.#acts = [...this.#acts, act].slice(-actsKept);
    this.#progress.note = note ?? actSentence(act);
    this.#show();
    return this.#progress;
  }
}

async function findInPlan(move: SettledMove, job: string): Promise<{ wave: number; index: number }> {
  const found = await findPlanned(move, job).catch((error: unknown) => {
    if (!(error instanceof ActivityFailure)) throw error;
    throw refusal('TooEarly', `the plan could not be read just now: ${whyFailed(error)}`);
  });
  if ('wave' in found) return found;
  throw refusal('JobNotFound', found.sentence);
}

function refuseBadNote(...fields: ('job' | 'tier')[]): (note: unknown) => void {
  return (note) => {
    const complaints = complaintsAboutNote(note, ...fields);
    if (complaints.length > 0) throw refusal('BadInput', complaints.join('; '));
  };
}

function refusal(code: ErrorCode, sentence: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(sentence, code);
}
