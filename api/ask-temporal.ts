/** Asks Temporal within a deadline: a caller of the API is told what is away instead of being left waiting. */
import {
  isGrpcServiceError,
  ServiceError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
  type Client,
} from '@temporalio/client';
import { Refusal } from '../client/client.ts';

const askDeadlineMs = 10_000;
const pingDeadlineMs = 2_000;

/** @throws Refusal `NoWorker` or `TemporalDown`; whatever else `ask` throws as it is */
export async function askTemporal<T>(
  client: Client,
  ask: () => Promise<T>,
  deadlineMs: number = askDeadlineMs,
): Promise<T> {
  try {
    return await client.withDeadline(Date.now() + deadlineMs, ask);
  } catch (error) {
    if (!isSilence(error)) throw error;
    if (await isReachable(client)) throw new Refusal('NoWorker', 'no worker took the request in time');
    throw new Refusal('TemporalDown', 'Temporal does not answer');
  }
}

/** Whether Temporal answers at all. */
export async function isReachable(client: Client): Promise<boolean> {
  try {
    await client.withDeadline(Date.now() + pingDeadlineMs, () => client.workflowService.getSystemInfo({}));
    return true;
  } catch {
    return false;
  }
}

/** CANCELLED, DEADLINE_EXCEEDED, FAILED_PRECONDITION (a query that no worker polls for) and UNAVAILABLE of gRPC. */
const silentCodes = [1, 4, 9, 14];

/** Whether nobody answered; which of Temporal and the worker was silent, a time-out does not say. */
function isSilence(error: unknown): boolean {
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) return true;
  const cause = error instanceof ServiceError ? error.cause : error;
  return isGrpcServiceError(cause) && silentCodes.includes(cause.code);
}
