/** Asks Temporal to give jobs that made room their room back, and waits for it. */
import type { Client } from '@temporalio/client';
import type { Config } from '../model/config/types.ts';
import { complaintsAboutGiveBackInput, type GiveBackInput } from '../model/inputs/give-back-input.ts';
import type { GiveBackSummary } from '../workflows/give-back/give-back.ts';
import { follow, Refusal, refuseUnknownZone } from './client.ts';

/** Starts it, or joins the one that runs for this zone: two never do. @throws Refusal */
export async function giveBack(client: Client, config: Config, input: GiveBackInput): Promise<GiveBackSummary> {
  const complaints = complaintsAboutGiveBackInput(input);
  if (complaints.length > 0) throw new Refusal('BadInput', complaints.join('; '));
  refuseUnknownZone(config, input.zone);
  const workflowId = `give-back/${input.zone}${input.dryRun ? '/dry-run' : ''}`;
  await client.workflow.start('giveBack', {
    workflowId,
    taskQueue: config.temporal.taskQueue,
    args: [input],
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    workflowIdConflictPolicy: 'USE_EXISTING',
    staticSummary: `give back room in ${input.zone}`,
    priority: { priorityKey: 5 },
  });
  return follow<GiveBackSummary>(client, workflowId, async () => {});
}
