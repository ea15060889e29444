/** What the jobs of a running round of protection are at, as their activities last told Temporal. */
import type { Client } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import { roundProgressOf, type RoundProgress } from '../model/protect/round-progress.ts';

/**
 * One question to Temporal, which has the newest sign of life of each activity under way: a few dozen, however many jobs
 * the zone has. The workflow is not woken by it.
 */
export async function roundsUnderWay(client: Client, workflowId: string): Promise<RoundProgress[]> {
  const { raw } = await client.workflow.getHandle(workflowId).describe();
  return (raw.pendingActivities ?? []).flatMap(({ heartbeatDetails }) => {
    const [payload] = heartbeatDetails?.payloads ?? [];
    return (payload && roundProgressOf(defaultPayloadConverter.fromPayload(payload))) ?? [];
  });
}
