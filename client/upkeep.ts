/** What the command line asks of Temporal for the upkeep of recovery points. */
import { WorkflowExecutionAlreadyStartedError, type Client } from '@temporalio/client';
import type { Config } from '../model/config/types.ts';
import { complaintsAboutUpkeepInput, type RecheckInput, type RetainInput } from '../model/inputs/upkeep-input.ts';
import type { UpkeepProgress } from '../workflows/shared/messages.ts';
import type { RecheckSummary } from '../workflows/recheck/recheck-zone.ts';
import type { RetainSummary } from '../workflows/retain/retain-zone.ts';
import { follow, refuseUnknownZone, Refusal } from './client.ts';

/** Deletes what is over, or rehearses it, and waits for the end. @throws Refusal */
export async function retainZone(
  client: Client,
  config: Config,
  input: RetainInput,
  onProgress: (progress: UpkeepProgress) => void,
): Promise<RetainSummary> {
  const id = `retain/${input.zone}${input.dryRun ? '/dry-run' : ''}`;
  return runUpkeep(client, config, { type: 'retainZone', id, input, flags: ['dryRun'] }, onProgress);
}

/** Checks recovery points again and waits for the end. @throws Refusal */
export async function recheckZone(
  client: Client,
  config: Config,
  input: RecheckInput,
  onProgress: (progress: UpkeepProgress) => void,
): Promise<RecheckSummary> {
  const run = { type: 'recheckZone', id: `recheck/${input.zone}`, input, flags: ['all'] };
  return runUpkeep(client, config, run, onProgress);
}

async function runUpkeep<T>(
  client: Client,
  config: Config,
  run: { type: string; id: string; input: { zone: string }; flags: readonly string[] },
  onProgress: (progress: UpkeepProgress) => void,
): Promise<T> {
  const complaints = complaintsAboutUpkeepInput(run.input, run.flags);
  if (complaints.length > 0) throw new Refusal('BadInput', complaints.join('; '));
  refuseUnknownZone(config, run.input.zone);
  try {
    await client.workflow.start(run.type, {
      workflowId: run.id,
      taskQueue: config.temporal.taskQueue,
      args: [run.input],
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      priority: { priorityKey: 5 },
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    throw new Refusal('UpkeepUnderWay', `${run.id} runs already`);
  }
  return follow<T>(client, run.id, async () => {
    onProgress(await client.workflow.getHandle(run.id).query<UpkeepProgress>('progress'));
  });
}
