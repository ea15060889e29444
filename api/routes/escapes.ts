/** Routes of escapes: start one, see how far it is. */
import { escapeIdOf } from '../../model/inputs/escape-input.ts';
import { Refusal } from '../../client/client.ts';
import { progressOf, requireRunning } from '../../client/running-escape.ts';
import { askTemporal } from '../ask-temporal.ts';
import { parseBody } from '../body.ts';
import { progressEvents } from '../progress-events.ts';
import { requestZoneEscape } from '../request-zone-escape.ts';
import type { ApiContext, Call, Route } from '../route.ts';
import { operatorRoutes } from './operators.ts';
import { acceptedAnswer, escapeBody, inputOf, progressAnswer } from '../schemas.ts';

const active = '/v1/zones/{zone}/escapes/active';

export function escapeRoutes(context: ApiContext): Route[] {
  const { client, config } = context;
  return [
    {
      method: 'POST',
      path: '/v1/zones/{zone}/escapes',
      access: 'operate',
      summary: 'Start the escape of a lost zone. The same incident again is the same escape and the same answer.',
      body: escapeBody,
      answers: { 202: { about: 'The escape is under way, or is already over.', schema: acceptedAnswer } },
      refusals: ['BadInput', 'UnknownZone', 'NothingSelected', 'EscapeUnderWay', 'NoWorker', 'TemporalDown'],
      handle: (call) => startEscape(context, call),
    },
    {
      method: 'GET',
      path: active,
      access: 'view',
      summary: 'How far the running escape of a zone is.',
      answers: { 200: { about: 'Its progress.', schema: progressAnswer } },
      refusals: ['UnknownZone', 'NoEscape', 'NoWorker', 'TemporalDown'],
      async handle({ params }) {
        const running = await askTemporal(client, () => requireRunning(client, config, params['zone']!));
        return { status: 200, body: await askTemporal(client, () => progressOf(client, running)) };
      },
    },
    {
      method: 'GET',
      path: `${active}/events`,
      access: 'view',
      summary: 'The progress as server-sent events, one each second, until the escape is over.',
      answers: {
        200: {
          about: 'Events `progress` with the progress as JSON, then one event `end`. Comments keep the line open.',
          contentType: 'text/event-stream',
        },
      },
      refusals: ['UnknownZone', 'NoEscape', 'TemporalDown'],
      async handle({ params, signal }) {
        const running = await askTemporal(client, () => requireRunning(client, config, params['zone']!));
        return { events: progressEvents(client, running, signal) };
      },
    },
    ...operatorRoutes(context),
  ];
}

async function startEscape(context: ApiContext, call: Call) {
  const body = parseBody(escapeBody, call.body);
  const zone = call.params['zone']!;
  const incident = incidentOf(call, body.incident);
  call.note({ incident });
  const input = { ...inputOf(body), zone, incident, by: call.caller.name, via: 'api' };
  const { workflowId, sentence } = await requestZoneEscape(context, input);
  const escape = escapeIdOf(body.cluster ?? zone, incident);
  const active = `/v1/zones/${zone}/escapes/active`;
  const following = body.dryRun ? {} : { progress: active, events: `${active}/events` };
  // A dry run's report lies beside that of the escape itself.
  const report = `/v1/escapes/${escape}${body.dryRun ? '-dry-run' : ''}/report`;
  return { status: 202, body: { sentence, workflowId, escape, ...following, report } };
}

/** Without a name a repeated request would be a second escape, so there must be one. */
function incidentOf({ headers }: Call, inBody: string | undefined): string {
  const inHeader = headers['idempotency-key'];
  if (Array.isArray(inHeader) || (inHeader !== undefined && (inHeader === '' || inHeader.length > 200))) {
    throw new Refusal('BadInput', 'the header Idempotency-Key must be one text of 1 to 200 characters');
  }
  if (inBody !== undefined && inHeader !== undefined && inBody !== inHeader) {
    throw new Refusal('BadInput', '"incident" and the header Idempotency-Key name two incidents');
  }
  const incident = inBody ?? inHeader;
  if (incident !== undefined) return incident;
  throw new Refusal('BadInput', 'name the incident, in "incident" or in the header Idempotency-Key');
}
