/** One run of a workflow: what it waits for, what is delivered to it, and its commands carried out. */
import { optionalTsToMs, tsToMs } from '@temporalio/common/lib/time.js';
import type { Payload } from '@temporalio/common';
import type { coresdk } from '@temporalio/proto';
import type { VirtualTimer } from '../time/virtual-time.ts';
import { ActivityTask } from './activity-task.ts';
import { checkedSize, type Failure } from './payloads.ts';
import type { Server, StartRequest } from './server.ts';
import { openSandbox, type Activated, type Command, type Job, type RunInfo, type Sandbox } from './workflow-code.ts';

export type Outcome =
  | { status: 'completed'; result: Payload | undefined }
  | { status: 'failed'; failure: Failure }
  | { status: 'cancelled' }
  | { status: 'terminated' }
  | { status: 'continued' };

interface Parent {
  execution: Execution;
  seq: number;
  closePolicy: number;
}

/** `coresdk.child_workflow.ParentClosePolicy`. */
const closePolicies = { terminate: 1, abandon: 2, requestCancel: 3 } as const;

/** What an activation was given and asked for: enough to replay it. */
interface Recorded {
  jobs: Job[];
  nowMs: number;
  commands: string;
  patches: string[];
  flags: readonly number[];
}

export class ReplayDiffers extends Error {
  override readonly name = 'ReplayDiffers';
}

export class Execution {
  readonly info: RunInfo;
  readonly parent: Parent | undefined;
  outcome: Outcome | undefined;
  /** Settled by whoever waits for the end of this run. */
  readonly ended = Promise.withResolvers<Outcome>();
  readonly #server: Server;
  readonly #pending: Job[] = [];
  readonly #recorded: Recorded[] = [];
  readonly #timers = new Map<number, VirtualTimer>();
  readonly #activities = new Map<number, ActivityTask>();
  readonly #children = new Map<number, Execution>();
  readonly #answers = new Map<string, PromiseWithResolvers<unknown>>();
  #sandbox: Sandbox | undefined;
  #isDue = false;

  constructor(server: Server, info: RunInfo, args: readonly Payload[], parent: Parent | undefined) {
    this.#server = server;
    this.info = info;
    this.parent = parent;
    this.deliver({
      initializeWorkflow: {
        workflowId: info.workflowId,
        workflowType: info.workflowType,
        arguments: checkedSize(args, `the input of ${info.workflowId}`),
        firstExecutionRunId: info.firstRunId,
        originalExecutionRunId: info.runId,
        attempt: 1,
      },
    });
  }

  get isRunning(): boolean {
    return this.outcome === undefined;
  }

  deliver(job: Job): void {
    if (!this.isRunning) return;
    this.#pending.push(job);
    if (this.#isDue) return;
    this.#isDue = true;
    this.#server.whenWorkflowTask(() => this.#activate());
  }

  signal(signalName: string, input: readonly Payload[]): void {
    this.deliver({ signalWorkflow: { signalName, input: [...input], identity: 'simulated', headers: {} } });
  }

  /** Settles with what the handler answers; rejects with its failure, or when the run ends before. */
  update(id: string, name: string, input: Payload[]): Promise<unknown> {
    const known = this.#answers.get(`update ${id}`);
    if (known) return known.promise;
    const answer = Promise.withResolvers<unknown>();
    answer.promise.catch(() => {});
    this.#answers.set(`update ${id}`, answer);
    const job = { id, protocolInstanceId: id, name, input, headers: {}, runValidator: true };
    this.deliver({ doUpdate: job });
    return answer.promise;
  }

  /** Also of a run that has ended. */
  async query(queryType: string, args: Payload[]): Promise<unknown> {
    await this.#restore();
    const job = { queryId: 'query', queryType, arguments: args, headers: {} };
    const { commands } = await this.#run([{ queryWorkflow: job }], false);
    const { succeeded, failed } = commands[0]?.respondToQuery ?? {};
    if (failed) throw this.#server.errorOf(failed);
    return this.#server.valueOf(succeeded?.response);
  }

  requestCancel(): void {
    this.deliver({ cancelWorkflow: { reason: 'asked for' } });
  }

  terminate(): void {
    this.#close({ status: 'terminated' });
  }

  /** Its worker died: what it had in memory is made again from its history. */
  async evict(): Promise<void> {
    const sandbox = this.#sandbox;
    this.#sandbox = undefined;
    await sandbox?.dispose();
  }

  async #activate(): Promise<void> {
    this.#isDue = false;
    if (!this.isRunning) return;
    await this.#restore();
    const jobs = inOrder(this.#pending.splice(0));
    const { commands, flags } = await this.#run(jobs, false);
    const patches = commands.flatMap(({ setPatchMarker }) => (setPatchMarker ? [setPatchMarker.patchId!] : []));
    this.#recorded.push({ jobs, nowMs: this.#server.nowMs, commands: describe(commands), patches, flags });
    for (const command of commands) this.#carryOut(command);
  }

  /** @throws ReplayDiffers if the workflow, given the same once more, asks for something else */
  async #restore(): Promise<void> {
    if (this.#sandbox) return;
    this.#sandbox = await openSandbox(this.info);
    for (const [index, { jobs, nowMs, commands, patches, flags }] of this.#recorded.entries()) {
      const known = patches.map((patchId): Job => ({ notifyHasPatch: { patchId } }));
      const again = describe((await this.#run([...known, ...jobs], true, nowMs, flags)).commands);
      if (again === commands) continue;
      const sentence = `${this.info.workflowId}, task ${index + 1}: replayed, it asks for ${again} instead of ${commands}`;
      throw new ReplayDiffers(sentence);
    }
  }

  #run(
    jobs: Job[],
    isReplaying: boolean,
    nowMs = this.#server.nowMs,
    flags: readonly number[] = [],
  ): Promise<Activated> {
    return this.#sandbox!.activate(jobs, { nowMs, historyLength: this.#recorded.length * 5, isReplaying, flags });
  }

  /** What follows from each command. */
  readonly #follows: { [Name in keyof Command]?: (asked: NonNullable<Command[Name]>) => void } = {
    startTimer: ({ seq, startToFireTimeout }) => {
      const fire = (): void => this.deliver({ fireTimer: { seq: seq! } });
      this.#timers.set(seq!, this.#server.after(tsToMs(startToFireTimeout), fire));
    },
    cancelTimer: ({ seq }) => {
      const timer = this.#timers.get(seq!);
      if (timer) timer.cancelled = true;
    },
    scheduleActivity: (asked) => this.#schedule(asked),
    requestCancelActivity: ({ seq }) => this.#activities.get(seq!)?.cancel(),
    startChildWorkflowExecution: (asked) => this.#startChild(asked),
    cancelChildWorkflowExecution: ({ childWorkflowSeq }) => this.#children.get(childWorkflowSeq!)?.requestCancel(),
    signalExternalWorkflowExecution: ({ seq, workflowExecution, childWorkflowId, signalName, args }) => {
      const found = this.#server.findRunning(childWorkflowId || workflowExecution?.workflowId);
      found?.signal(signalName!, args ?? []);
      const failure = found ? {} : { failure: notFound('Unable to signal external workflow') };
      this.deliver({ resolveSignalExternalWorkflow: { seq: seq!, ...failure } });
    },
    requestCancelExternalWorkflowExecution: ({ seq, workflowExecution }) => {
      const found = this.#server.findRunning(workflowExecution?.workflowId);
      found?.requestCancel();
      const failure = found ? {} : { failure: notFound('Unable to cancel external workflow') };
      this.deliver({ resolveRequestCancelExternalWorkflow: { seq: seq!, ...failure } });
    },
    updateResponse: (answer) => this.#answerUpdate(answer),
    completeWorkflowExecution: ({ result }) => this.#close({ status: 'completed', result: result ?? undefined }),
    failWorkflowExecution: ({ failure }) => this.#close({ status: 'failed', failure: failure ?? {} }),
    cancelWorkflowExecution: () => this.#close({ status: 'cancelled' }),
    continueAsNewWorkflowExecution: ({ workflowType, arguments: args }) => {
      this.#close({ status: 'continued' });
      this.#server.continueAsNew(this, workflowType || this.info.workflowType, args ?? []);
    },
    // Kept by a server; nothing follows from them.
    setPatchMarker: () => {},
    upsertWorkflowSearchAttributes: () => {},
    modifyWorkflowProperties: () => {},
    cancelSignalWorkflow: () => {},
  };

  #carryOut(command: Command): void {
    const name = nameOf(command);
    const follow = this.#follows[name] as ((asked: unknown) => void) | undefined;
    if (!follow) throw new Error(`the simulated server does not know the command ${name}`);
    follow(command[name]);
  }

  #schedule(asked: coresdk.workflow_commands.IScheduleActivity): void {
    const { workflowId, runId, workflowType } = this.info;
    const seq = asked.seq!;
    const resolve = (result: coresdk.activity_result.IActivityResolution): void => {
      this.#activities.delete(seq);
      this.deliver({ resolveActivity: { seq, result } });
    };
    checkedSize(asked.arguments ?? [], `the input of ${asked.activityType}`);
    const owner = { workflowId, runId, workflowType, resolve };
    this.#activities.set(seq, new ActivityTask(asked, owner, this.#server.parts));
  }

  #startChild(asked: coresdk.workflow_commands.IStartChildWorkflowExecution): void {
    const seq = asked.seq!;
    const closePolicy = asked.parentClosePolicy || closePolicies.terminate;
    const request: StartRequest = {
      workflowId: asked.workflowId!,
      workflowType: asked.workflowType!,
      args: asked.input ?? [],
      reusePolicy: asked.workflowIdReusePolicy ?? 0,
      parent: { execution: this, seq, closePolicy },
    };
    const child = this.#server.start(request);
    if (child === 'exists') {
      const { workflowId, workflowType } = request;
      this.deliver({ resolveChildWorkflowExecutionStart: { seq, failed: { workflowId, workflowType, cause: 1 } } });
      return;
    }
    this.#children.set(seq, child);
    this.deliver({ resolveChildWorkflowExecutionStart: { seq, succeeded: { runId: child.info.runId } } });
  }

  #answerUpdate({ protocolInstanceId, rejected, completed }: coresdk.workflow_commands.IUpdateResponse): void {
    const answer = this.#answers.get(`update ${protocolInstanceId}`);
    if (rejected) answer?.reject(this.#server.updateRefused(rejected));
    else if (completed) answer?.resolve(this.#server.valueOf(completed));
  }

  #close(outcome: Outcome): void {
    if (!this.isRunning) return;
    this.outcome = outcome;
    this.#server.closed(this, outcome);
    for (const timer of this.#timers.values()) timer.cancelled = true;
    for (const activity of this.#activities.values()) activity.drop();
    for (const child of this.#children.values()) {
      if (child.parent?.closePolicy === closePolicies.terminate) child.terminate();
      if (child.parent?.closePolicy === closePolicies.requestCancel) child.requestCancel();
    }
    for (const answer of this.#answers.values()) answer.reject(new Error('the workflow ended before it answered'));
    this.ended.resolve(outcome);
  }
}

/** As the core delivers them: signals and updates before what the workflow waits for. */
function inOrder(jobs: Job[]): Job[] {
  const rank = (job: Job): number => {
    if (job.initializeWorkflow) return 0;
    return job.signalWorkflow || job.doUpdate ? 1 : 2;
  };
  return jobs
    .map((job, index) => ({ job, index }))
    .sort((a, b) => rank(a.job) - rank(b.job) || a.index - b.index)
    .map(({ job }) => job);
}

function nameOf(command: Command): keyof Command {
  const extras = new Set(['userMetadata', 'eventGroupMarkers', 'variant']);
  return Object.keys(command).find((key) => !extras.has(key)) as keyof Command;
}

/** What a history would record of the commands. Durations too: a replay that waits otherwise is another one. */
function describe(commands: Command[]): string {
  const told = ({ scheduleActivity, startChildWorkflowExecution, startTimer }: Command) =>
    scheduleActivity?.activityType ??
    startChildWorkflowExecution?.workflowId ??
    optionalTsToMs(startTimer?.startToFireTimeout) ??
    '';
  return commands.map((command) => `${nameOf(command)}(${told(command)})`).join(' ');
}

function notFound(message: string): Failure {
  return { message, applicationFailureInfo: { type: 'ExternalWorkflowExecutionNotFound' } };
}
