/** Routes for alerts. A hook that is not configured has no route. */
import { Refusal } from '../../client/client.ts';
import { alertmanagerBody, lostByAlerts } from '../hooks/alertmanager.ts';
import { type HookMessage, wholeZones } from '../hooks/lost-zone.ts';
import { lostByIncident, pagerdutyBody } from '../hooks/pagerduty.ts';
import { isSigned } from '../hooks/signature.ts';
import { parseBody } from '../body.ts';
import { HttpRefusal } from '../problem.ts';
import { OtherPartUnderWay, requestZoneEscape } from '../request-zone-escape.ts';
import type { Answer, ApiContext, Call, Route } from '../route.ts';
import { hookAnswer, type HookOutcome } from '../schemas.ts';

const answers = {
  200: { about: 'Nothing was started: the zone is already being escaped, or the message is about something else.' },
  202: { about: 'An escape is under way for at least one zone.' },
} as const;

const shared = {
  method: 'POST',
  answers: { 200: { ...answers[200], schema: hookAnswer }, 202: { ...answers[202], schema: hookAnswer } },
  refusals: ['BadInput', 'UnknownZone', 'NoWorker', 'TemporalDown'],
} satisfies Partial<Route>;

export function hookRoutes(context: ApiContext): Route[] {
  const { alertmanager, pagerduty } = context.config.api.hooks;
  const routes: Route[] = [];
  if (alertmanager) {
    routes.push({
      ...shared,
      path: '/v1/hooks/alertmanager',
      access: 'operate',
      summary: 'Receiver for Alertmanager: a firing alert of a configured name starts the escape of the zone it names.',
      body: alertmanagerBody,
      handle: (call) =>
        escapeLost(context, call, 'alertmanager', lostByAlerts(parseBody(alertmanagerBody, call.body), alertmanager)),
    });
  }
  if (pagerduty) {
    routes.push({
      ...shared,
      path: '/v1/hooks/pagerduty',
      access: 'signature',
      summary:
        'Receiver for PagerDuty (v3): a triggered incident of a configured service starts the escape of its zone.',
      body: pagerdutyBody,
      refusals: ['UnknownCaller', ...shared.refusals],
      async handle(call) {
        const header = call.headers['x-pagerduty-signature'];
        if (!isSigned(call.body, header?.toString(), context.pagerdutySecrets)) {
          throw new Refusal('UnknownCaller', 'no signature in X-PagerDuty-Signature fits the body');
        }
        const message = lostByIncident(parseBody(pagerdutyBody, call.body), pagerduty);
        return escapeLost(context, call, 'pagerduty', message);
      },
    });
  }
  return routes;
}

/**
 * Asks for the escape of each lost zone. A zone that is already being escaped is what was wanted. What is wrong with
 * the message is an error only if nothing was started, for then the sender must show it to somebody.
 */
async function escapeLost(context: ApiContext, call: Call, via: string, message: HookMessage): Promise<Answer> {
  const { complaints, ignored } = message;
  const lost = wholeZones(context.config, message.lost);
  call.note({
    zone: lost.map(({ zone }) => zone),
    incident: lost.map(({ incident }) => incident),
    complaints,
    ignored,
  });
  const escapes: HookOutcome[] = [];
  for (const { zone, incident, lostAt } of lost) {
    const input = { zone, incident, lostAt, by: call.caller.name, via };
    const outcome = await requestZoneEscape(context, input).then(
      ({ sentence }) => ({ accepted: true, sentence }),
      (error: unknown) => {
        if (error instanceof OtherPartUnderWay) throw new HttpRefusal(error.code, error.message, { status: 503 });
        if (!(error instanceof Refusal) || isPassing(error)) throw error;
        return { accepted: false, code: error.code, sentence: error.message };
      },
    );
    escapes.push({ zone, incident, ...outcome });
  }
  if (escapes.some(({ accepted }) => accepted)) return { status: 202, body: { escapes, ignored } };
  const wrong = escapes.find(({ code }) => code !== 'EscapeUnderWay');
  if (wrong?.code) throw new Refusal(wrong.code, wrong.sentence);
  if (complaints.length > 0) throw new Refusal('BadInput', complaints.join('; '));
  return { status: 200, body: { escapes, ignored } };
}

/** Senders repeat what was answered with 503; the same incident again is the same escape. */
function isPassing({ code }: Refusal): boolean {
  return code === 'NoWorker' || code === 'TemporalDown';
}
