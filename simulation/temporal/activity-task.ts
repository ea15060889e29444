/** One activity that a workflow scheduled: its attempts, their time-outs and signs of life, as the server keeps them. */
import { asyncLocalStorage, Context, type Info } from '@temporalio/activity';
import { CancelledFailure } from '@temporalio/common';
import { optionalTsToMs } from '@temporalio/common/lib/time.js';
import type { coresdk } from '@temporalio/proto';
import { classFailures } from '../../activities/shared/failure-interceptor.ts';
import type { EventLog } from '../event-log.ts';
import type { VirtualTime, VirtualTimer } from '../time/virtual-time.ts';
import { currentWork } from './current-work.ts';
import { decode, decodeFailure, encode, encodeError, type Failure } from './payloads.ts';
import { nextTry, retryStates, timeoutFailure, type TimeoutType } from './retry.ts';
import type { WorkerFleet, WorkerProcess } from './worker-fleet.ts';

export type Resolution = coresdk.activity_result.IActivityResolution;
type Asked = coresdk.workflow_commands.IScheduleActivity;

export interface ActivityOwner {
  workflowId: string;
  runId: string;
  workflowType: string;
  resolve(result: Resolution): void;
}

/** `coresdk.workflow_commands.ActivityCancellationType`: the workflow waits until the activity has stopped. */
const waitForCancellation = 1;

interface Attempt {
  worker: WorkerProcess;
  abort: AbortController;
  rejectCancelled: (reason: unknown) => void;
  timers: VirtualTimer[];
  heartbeat: VirtualTimer | undefined;
}

export class ActivityTask {
  readonly #asked: Asked;
  readonly #owner: ActivityOwner;
  readonly #time: VirtualTime;
  readonly #fleet: WorkerFleet;
  readonly #log: EventLog;
  readonly #scheduledMs: number;
  #nth = 1;
  #current: Attempt | undefined;
  #beat: unknown;
  #lastFailure: Failure | undefined;
  #scheduleToClose: VirtualTimer | undefined;
  #over = false;

  constructor(asked: Asked, owner: ActivityOwner, parts: { time: VirtualTime; fleet: WorkerFleet; log: EventLog }) {
    this.#asked = asked;
    this.#owner = owner;
    this.#time = parts.time;
    this.#fleet = parts.fleet;
    this.#log = parts.log;
    this.#scheduledMs = this.#time.nowMs;
    const wholeMs = optionalTsToMs(asked.scheduleToCloseTimeout);
    if (wholeMs) {
      this.#scheduleToClose = this.#time.after(
        wholeMs,
        () => this.#end('timeout', timeoutFailure('scheduleToClose', this.#lastFailure)),
        null,
      );
    }
    this.#offer();
  }

  /** The workflow lost interest. */
  cancel(): void {
    if (this.#over) return;
    const wait = Number(this.#asked.cancellationType) === waitForCancellation;
    this.#abandon(new CancelledFailure('CANCELLED'));
    if (!wait) this.#finish({ cancelled: { failure: { message: 'Activity cancelled', canceledFailureInfo: {} } } });
  }

  /** The workflow is gone: nobody waits for the result. */
  drop(): void {
    if (this.#over) return;
    this.#over = true;
    this.#stopTimers();
    this.#abandon(new CancelledFailure('NOT_FOUND'));
  }

  get #what(): string {
    return `${this.#asked.activityType} of ${this.#owner.workflowId} (attempt ${this.#nth})`;
  }

  #offer(): void {
    const priority = this.#asked.priority?.priorityKey || 3;
    this.#fleet.offer({ priority, run: (worker) => (this.#over ? undefined : this.#begin(worker)) });
  }

  #begin(worker: WorkerProcess): void {
    const { promise: cancelled, reject } = Promise.withResolvers<never>();
    cancelled.catch(() => {});
    const attempt: Attempt = {
      worker,
      abort: new AbortController(),
      rejectCancelled: reject,
      timers: [],
      heartbeat: undefined,
    };
    this.#current = attempt;
    const limitMs = optionalTsToMs(this.#asked.startToCloseTimeout);
    if (limitMs) attempt.timers.push(this.#time.after(limitMs, () => this.#timeOut(attempt, 'startToClose'), null));
    this.#expectBeat(attempt);
    const body = worker.activities[this.#asked.activityType!];
    if (!body) throw new Error(`no activity ${this.#asked.activityType} is registered`);
    const context = new Context(
      this.#info(),
      cancelled,
      attempt.abort.signal,
      (details: unknown) => this.#heard(attempt, details),
      undefined,
      silentLog as unknown as Context['log'],
      undefined as unknown as Context['metricMeter'],
      {} as never,
    );
    const args = (this.#asked.arguments ?? []).map(decode) as never[];
    const work = { activity: this.#asked.activityType!, workflowId: this.#owner.workflowId };
    this.#log.add('activity', `${worker.name} begins ${this.#what}`);
    const call = (): Promise<unknown> =>
      classFailures.execute!({ args, headers: {} }, (input) => body(...(input.args as never[])));
    void currentWork
      .run(work, () => asyncLocalStorage.run(context, call))
      .then(
        (result) => this.#ended(attempt, () => this.#complete(result)),
        (error: unknown) => this.#ended(attempt, () => this.#failed(encodeError(error))),
      );
  }

  #info(): Info {
    const execution = { workflowId: this.#owner.workflowId, runId: this.#owner.runId };
    const given = {
      activityId: this.#asked.activityId,
      activityType: this.#asked.activityType,
      attempt: this.#nth,
      workflowExecution: execution,
      workflowType: this.#owner.workflowType,
      heartbeatDetails: this.#beat,
      scheduledTimestampMs: this.#scheduledMs,
      taskQueue: 'simulated',
      isLocal: false,
    };
    return given as unknown as Info;
  }

  /** A dead worker reports nothing, and nobody listens to an attempt that was given up. */
  #ended(attempt: Attempt, report: () => void): void {
    if (this.#over || attempt.worker.dead || attempt !== this.#current) return;
    report();
  }

  #complete(result: unknown): void {
    this.#log.add('activity', `${this.#what} ends well`);
    this.#finish({ completed: { result: encode(result, `the result of ${this.#what}`) } });
  }

  #failed(failure: Failure): void {
    this.#log.add('activity', `${this.#what} fails: ${failure.message}`);
    this.#stopAttempt();
    if (failure.canceledFailureInfo) return this.#finish({ cancelled: { failure } });
    this.#lastFailure = failure;
    const wholeMs = optionalTsToMs(this.#asked.scheduleToCloseTimeout);
    const leftMs = wholeMs ? this.#scheduledMs + wholeMs - this.#time.nowMs : Number.POSITIVE_INFINITY;
    const next = nextTry(this.#asked.retryPolicy, this.#nth, failure, leftMs);
    if ('over' in next) return this.#end(next.over, failure);
    this.#nth += 1;
    this.#time.after(next.afterMs, () => this.#over || this.#offer(), null);
  }

  #heard(attempt: Attempt, details: unknown): void {
    if (attempt.worker.dead) return;
    if (this.#over || attempt !== this.#current) {
      // The answer to the heartbeat says that nobody waits for this attempt any more.
      attempt.abort.abort(new CancelledFailure('NOT_FOUND'));
      attempt.rejectCancelled(new CancelledFailure('NOT_FOUND'));
      return;
    }
    this.#beat = decode(encode(details, `the heartbeat of ${this.#what}`));
    this.#expectBeat(attempt);
  }

  #expectBeat(attempt: Attempt): void {
    const limitMs = optionalTsToMs(this.#asked.heartbeatTimeout);
    if (!limitMs) return;
    if (attempt.heartbeat) attempt.heartbeat.cancelled = true;
    attempt.heartbeat = this.#time.after(limitMs, () => this.#timeOut(attempt, 'heartbeat'), null);
  }

  #timeOut(attempt: Attempt, type: TimeoutType): void {
    if (this.#over || attempt !== this.#current) return;
    this.#failed(timeoutFailure(type));
  }

  #end(over: keyof typeof retryStates, cause: Failure): void {
    if (this.#over) return;
    const failure: Failure = {
      message: 'Activity task failed',
      source: 'Server',
      cause,
      activityFailureInfo: {
        activityType: { name: this.#asked.activityType! },
        activityId: this.#asked.activityId!,
        retryState: retryStates[over],
      },
    };
    this.#log.add('activity', `${this.#what} is given up (${over}): ${decodeFailure(cause).message}`);
    this.#finish({ failed: { failure } });
  }

  #finish(result: Resolution): void {
    if (this.#over) return;
    this.#over = true;
    this.#stopAttempt();
    this.#stopTimers();
    this.#owner.resolve(result);
  }

  #stopAttempt(): void {
    const attempt = this.#current;
    this.#current = undefined;
    if (!attempt) return;
    for (const timer of attempt.timers) timer.cancelled = true;
    if (attempt.heartbeat) attempt.heartbeat.cancelled = true;
  }

  #stopTimers(): void {
    if (this.#scheduleToClose) this.#scheduleToClose.cancelled = true;
  }

  /** Tells the running attempt to stop. */
  #abandon(reason: CancelledFailure): void {
    const attempt = this.#current;
    if (!attempt || attempt.worker.dead) return;
    attempt.abort.abort(reason);
    attempt.rejectCancelled(reason);
  }
}

const silentLog = { log() {}, trace() {}, debug() {}, info() {}, warn() {}, error() {} };
