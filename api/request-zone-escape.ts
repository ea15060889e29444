/** Asks for an escape as the API and its hooks do: by a named incident, answered at once. */
import { zoneOfCluster } from '../model/config/zone-clusters.ts';
import type { EscapeInput } from '../model/inputs/escape-input.ts';
import { refusalOfVerdict, requestEscape, Refusal } from '../client/client.ts';
import { findRunning, progressOf } from '../client/running-escape.ts';
import { askTemporal } from './ask-temporal.ts';
import type { ApiContext } from './route.ts';

/** Another cluster of the zone is being escaped, or less than all of them: whoever asks again later is not too late. */
export class OtherPartUnderWay extends Refusal {}

/** The workflow to follow and the sentence of the verdict. @throws Refusal, `EscapeUnderWay` says who is at it */
export async function requestZoneEscape(
  { client, config }: ApiContext,
  input: EscapeInput & { incident: string },
): Promise<{ workflowId: string; sentence: string }> {
  const { verdict } = await askTemporal(client, () => requestEscape(client, config, input));
  if (verdict.accepted) return { workflowId: verdict.workflowId, sentence: verdict.sentence };
  const refusal = refusalOfVerdict(verdict);
  if (refusal.code !== 'EscapeUnderWay') throw refusal;
  const lost = input.cluster ?? input.zone;
  const zone = zoneOfCluster(config, lost);
  const other = await askTemporal(client, async () => {
    const running = await findRunning(client, config, zone);
    return running && (await progressOf(client, running));
  }).catch(() => undefined);
  if (!other) throw refusal;
  const who = `for incident ${other.incident}, since ${other.startedAt}`;
  if ([lost, zone].includes(other.zone)) throw new Refusal('EscapeUnderWay', `${refusal.message} ${who}`);
  throw new OtherPartUnderWay('EscapeUnderWay', `${refusal.message} ${who}: that one is of ${other.zone}`);
}
