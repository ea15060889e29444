/**
 * The workflows as workers run them: the real bundle in the SDK's own sandbox. Only what is behind the SDK, Temporal's
 * core and server, is simulated.
 */
import { readFileSync } from 'node:fs';
import { msToTs } from '@temporalio/common/lib/time.js';
import type { coresdk } from '@temporalio/proto';
import { ReusableVMWorkflowCreator } from '@temporalio/worker/lib/workflow/reusable-vm.js';
import { globalHandlers } from '@temporalio/worker/lib/workflow/vm-shared.js';
import { bundlePath } from '../../runtime/build-bundle.ts';

export type Job = coresdk.workflow_activation.IWorkflowActivationJob;
export type Command = coresdk.workflow_commands.IWorkflowCommand;

export interface ActivationOf {
  nowMs: number;
  historyLength: number;
  isReplaying: boolean;
  /** Of a replay: what `Activated.flags` was. Without them the SDK takes the order of its versions before 1.11. */
  flags?: readonly number[];
}

export interface Activated {
  commands: Command[];
  /** Ways of the SDK that the run relies on; a server keeps them with the task. */
  flags: number[];
}

/** One workflow run in the sandbox. */
export interface Sandbox {
  /** Runs it on until it waits. @throws WorkflowTaskFailed */
  activate(jobs: Job[], at: ActivationOf): Promise<Activated>;
  dispose(): Promise<void>;
}

/** Temporal would try the task again for ever; whatever the reason, it is a bug in workflow code. */
export class WorkflowTaskFailed extends Error {
  override readonly name = 'WorkflowTaskFailed';
}

export interface RunInfo {
  workflowId: string;
  workflowType: string;
  runId: string;
  firstRunId: string;
  startMs: number;
  seed: number;
  parent: { workflowId: string; runId: string } | undefined;
}

type Creator = Awaited<ReturnType<typeof ReusableVMWorkflowCreator.create>>;
type SandboxOptions = Parameters<Creator['createWorkflow']>[0];

let creator: Promise<Creator> | undefined;

/** Loads the bundle once in a process; before a run, as it takes real I/O. */
export function loadBundle(): Promise<Creator> {
  if (creator) return creator;
  // Its hook on every promise of the process is for stack traces in Temporal's UI, and slow.
  globalHandlers.installed = true;
  const sourceMap = { version: 3, sources: [], names: [], mappings: '' };
  const bundle = { code: readFileSync(bundlePath, 'utf8'), filename: bundlePath, sourceMap };
  creator = ReusableVMWorkflowCreator.create(
    bundle as unknown as Parameters<typeof ReusableVMWorkflowCreator.create>[0],
    // No deadline: a watchdog thread for each call costs more than the call.
    undefined as unknown as number,
    new Set(),
  );
  return creator;
}

/** A fresh sandbox for one run. */
export async function openSandbox(run: RunInfo): Promise<Sandbox> {
  const from = await loadBundle();
  const info = {
    workflowId: run.workflowId,
    workflowType: run.workflowType,
    runId: run.runId,
    firstExecutionRunId: run.firstRunId,
    originalExecutionRunId: run.runId,
    taskQueue: 'simulated',
    namespace: 'default',
    attempt: 1,
    searchAttributes: {},
    historyLength: 0,
    historySize: 0,
    continueAsNewSuggested: false,
    targetWorkerDeploymentVersionChanged: false,
    taskTimeoutMs: 10_000,
    startTime: new Date(run.startMs),
    runStartTime: new Date(run.startMs),
    ...(run.parent ? { parent: { ...run.parent, namespace: 'default' } } : {}),
    unsafe: { isReplaying: false, isReplayingHistoryEvents: false },
  };
  const options = { info, randomnessSeed: [run.seed], now: run.startMs, showStackTraceSources: false };
  const workflow = await from.createWorkflow(options as unknown as SandboxOptions);
  return {
    activate: async (jobs, { nowMs, historyLength, isReplaying, flags = [] }) => {
      const at = { runId: run.runId, timestamp: msToTs(nowMs), historyLength, isReplaying };
      const completion = await workflow.activate({ ...at, jobs, availableInternalFlags: [...flags] });
      if (completion.failed) {
        const { message, stackTrace } = completion.failed.failure ?? {};
        throw new WorkflowTaskFailed(`${run.workflowType} ${run.workflowId}: ${message}\n${stackTrace}`);
      }
      const { commands, usedInternalFlags } = completion.successful ?? {};
      return { commands: commands ?? [], flags: usedInternalFlags ?? [] };
    },
    dispose: () => workflow.dispose(),
  };
}
