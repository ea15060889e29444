/** Asks for an escape as the API and its hooks do: by a named incident, answered at once. */
import type { EscapeInput } from '../../model/escape/input.ts';
import { refusalOfVerdict, requestEscape, Refusal } from '../client.ts';
import { findRunning, progressOf } from '../running-escape.ts';
import { askTemporal } from './ask-temporal.ts';
import type { ApiContext } from './route.ts';

/** The workflow to follow and the sentence of the verdict. @throws Refusal, `EscapeUnderWay` says who is at it */
export async function requestZoneEscape(
  { client, config }: ApiContext,
  input: EscapeInput & { incident: string },
): Promise<{ workflowId: string; sentence: string }> {
  const { verdict } = await askTemporal(client, () => requestEscape(client, config, input));
  if (verdict.accepted) return { workflowId: verdict.workflowId, sentence: verdict.sentence };
  const refusal = refusalOfVerdict(verdict);
  if (refusal.code !== 'EscapeUnderWay') throw refusal;
  const other = await askTemporal(client, async () => {
    const running = await findRunning(client, config, input.zone);
    return running && (await progressOf(client, running));
  }).catch(() => undefined);
  if (!other) throw refusal;
  throw new Refusal('EscapeUnderWay', `${refusal.message} for incident ${other.incident}, since ${other.startedAt}`);
}
