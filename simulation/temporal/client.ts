/** As much of Temporal's client as the product's own client code uses, over the simulated server. */
import {
  WorkflowExecutionAlreadyStartedError,
  WorkflowFailedError,
  WorkflowNotFoundError,
  type Client,
} from '@temporalio/client';
import { encode } from './payloads.ts';
import type { Execution } from './execution.ts';
import { reusePolicies, type Server } from './server.ts';

interface StartOptions {
  workflowId: string;
  args?: unknown[];
  workflowIdReusePolicy?: string;
  workflowIdConflictPolicy?: string;
}

interface WithStart {
  updateId?: string;
  args?: unknown[];
  startWorkflowOperation: { workflowTypeOrFunc: string; options: StartOptions };
}

/** The client: start, update with start, and of a handle query, update, describe and result. */
export function clientOf(server: Server): Client {
  let updates = 0;
  const payloads = (args: unknown[] = []) => args.map((arg) => encode(arg, 'an argument'));
  const start = (workflowType: string, options: StartOptions): Execution => {
    const { workflowId } = options;
    const isStrict = options.workflowIdReusePolicy === 'ALLOW_DUPLICATE_FAILED_ONLY';
    const reusePolicy = isStrict ? reusePolicies.allowDuplicateFailedOnly : reusePolicies.allowDuplicate;
    const running = server.find(workflowId);
    if (running?.isRunning && options.workflowIdConflictPolicy === 'USE_EXISTING') return running;
    const started = server.start({ workflowId, workflowType, args: payloads(options.args), reusePolicy });
    if (started !== 'exists') return started;
    throw new WorkflowExecutionAlreadyStartedError('Workflow execution already started', workflowId, workflowType);
  };
  const need = (workflowId: string, isRunning: boolean): Execution => {
    const found = server.find(workflowId);
    if (found && (found.isRunning || !isRunning)) return found;
    throw new WorkflowNotFoundError(`no workflow ${workflowId}`, workflowId, undefined);
  };
  const workflow = {
    async start(workflowType: string, options: StartOptions) {
      start(workflowType, options);
      return workflow.getHandle(options.workflowId);
    },
    async executeUpdateWithStart(name: string, { updateId, args, startWorkflowOperation }: WithStart) {
      const { workflowTypeOrFunc, options } = startWorkflowOperation;
      const execution = start(workflowTypeOrFunc, options);
      return execution.update(updateId ?? `update-${++updates}`, name, payloads(args));
    },
    getHandle(workflowId: string) {
      return {
        workflowId,
        query: async (name: string, ...args: unknown[]) => need(workflowId, false).query(name, payloads(args)),
        executeUpdate: async (name: string, { args }: { args?: unknown[] } = {}) =>
          need(workflowId, true).update(`update-${++updates}`, name, payloads(args)),
        describe: async () => {
          const { info, outcome } = need(workflowId, false);
          return { runId: info.runId, status: { name: outcome ? outcome.status.toUpperCase() : 'RUNNING' } };
        },
        async result() {
          for (;;) {
            const outcome = await need(workflowId, false).ended.promise;
            if (outcome.status === 'completed') return server.valueOf(outcome.result);
            if (outcome.status === 'continued') continue;
            const cause = outcome.status === 'failed' ? server.errorOf(outcome.failure) : new Error(outcome.status);
            throw new WorkflowFailedError('Workflow execution failed', cause, 'NON_RETRYABLE_FAILURE');
          }
        },
      };
    },
  };
  return { workflow } as unknown as Client;
}
