/** Temporal's server and core in one: workflows by id, their tasks and activities, all on virtual time. */
import { ApplicationFailure, type Payload } from '@temporalio/common';
import { WorkflowUpdateFailedError } from '@temporalio/client';
import type { EventLog } from '../event-log.ts';
import { Random } from '../time/random.ts';
import type { VirtualTime, VirtualTimer } from '../time/virtual-time.ts';
import { Execution, type Outcome } from './execution.ts';
import { decode, decodeFailure, type Failure } from './payloads.ts';
import type { WorkerFleet } from './worker-fleet.ts';

export interface StartRequest {
  workflowId: string;
  workflowType: string;
  args: readonly Payload[];
  /** `temporal.api.enums.v1.WorkflowIdReusePolicy`; 0 means that a closed id may be used again. */
  reusePolicy?: number;
  parent?: ConstructorParameters<typeof Execution>[3];
}

export const reusePolicies = { allowDuplicate: 1, allowDuplicateFailedOnly: 2, rejectDuplicate: 3 } as const;

export class Server {
  readonly parts: { time: VirtualTime; fleet: WorkerFleet; log: EventLog };
  /** Every run ever, in the order of their starts. */
  readonly runs: Execution[] = [];
  readonly #newest = new Map<string, Execution>();
  readonly #random: Random;

  constructor(parts: Server['parts'], seed: number) {
    this.parts = parts;
    this.#random = new Random(seed, 'server');
  }

  get nowMs(): number {
    return this.parts.time.nowMs;
  }

  after(ms: number, act: () => void): VirtualTimer {
    return this.parts.time.after(ms, act, null);
  }

  /** Workflow code needs a worker that lives, and its turn. */
  whenWorkflowTask(act: () => Promise<void>): void {
    this.parts.fleet.offer({ priority: 0, run: act });
  }

  /** The newest run of an id. */
  find(workflowId: string): Execution | undefined {
    return this.#newest.get(workflowId);
  }

  findRunning(workflowId: string | null | undefined): Execution | undefined {
    const found = this.find(workflowId ?? '');
    return found?.isRunning ? found : undefined;
  }

  start(request: StartRequest): Execution | 'exists' {
    const before = this.find(request.workflowId);
    if (before?.isRunning) return 'exists';
    const isFine = before?.outcome?.status === 'completed';
    if (before && request.reusePolicy === reusePolicies.rejectDuplicate) return 'exists';
    if (isFine && request.reusePolicy === reusePolicies.allowDuplicateFailedOnly) return 'exists';
    return this.#open(request, undefined);
  }

  continueAsNew(from: Execution, workflowType: string, args: readonly Payload[]): void {
    const { workflowId } = from.info;
    this.#open({ workflowId, workflowType, args, parent: from.parent }, from.info.firstRunId);
  }

  /** A run has ended: its parent hears of it. */
  closed(execution: Execution, outcome: Outcome): void {
    const { workflowId, workflowType, runId } = execution.info;
    const why = outcome.status === 'failed' ? `: ${innermost(outcome.failure)}` : '';
    this.parts.log.add('workflow', `${workflowId} ${outcome.status}${why}`);
    const { parent } = execution;
    if (!parent || outcome.status === 'continued') return;
    const failure = (cause: Failure): Failure => ({
      message: 'Child Workflow execution failed',
      cause,
      childWorkflowExecutionFailureInfo: {
        workflowType: { name: workflowType },
        workflowExecution: { workflowId, runId },
      },
    });
    const ends = {
      completed: () => ({ completed: outcome.status === 'completed' ? { result: outcome.result ?? null } : {} }),
      failed: () => ({ failed: { failure: failure(outcome.status === 'failed' ? outcome.failure : {}) } }),
      cancelled: () => ({ cancelled: { failure: failure({ canceledFailureInfo: {} }) } }),
      terminated: () => ({ failed: { failure: failure({ terminatedFailureInfo: {} }) } }),
    };
    parent.execution.deliver({ resolveChildWorkflowExecution: { seq: parent.seq, result: ends[outcome.status]() } });
  }

  valueOf(payload: Payload | null | undefined): unknown {
    return decode(payload);
  }

  errorOf(failure: Failure): Error {
    return decodeFailure(failure);
  }

  updateRefused(failure: Failure): Error {
    return new WorkflowUpdateFailedError('Workflow Update failed', decodeFailure(failure));
  }

  #open(request: StartRequest, firstRunId: string | undefined): Execution {
    const { workflowId, workflowType, args, parent } = request;
    const runId = `run-${this.runs.length + 1}`;
    const above = parent?.execution.info;
    const info = {
      workflowId,
      workflowType,
      runId,
      firstRunId: firstRunId ?? runId,
      startMs: this.nowMs,
      seed: this.#random.between(0, 2 ** 31),
      parent: above ? { workflowId: above.workflowId, runId: above.runId } : undefined,
    };
    this.parts.log.add('workflow', `${workflowId} starts`);
    const execution = new Execution(this, info, args, parent);
    this.runs.push(execution);
    this.#newest.set(workflowId, execution);
    return execution;
  }
}

function innermost(failure: Failure): string {
  let last = failure;
  while (last.cause) last = last.cause;
  return last.message ?? ApplicationFailure.name;
}
