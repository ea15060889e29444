/** Route that starts a round of protection. */
import { startProtection } from '../../client/client.ts';
import { askTemporal } from '../ask-temporal.ts';
import { parseBody } from '../body.ts';
import type { ApiContext, Route } from '../route.ts';
import { inputOf, protectionAnswer, protectionBody } from '../schemas.ts';

export function protectionRoutes({ client, config }: ApiContext): Route[] {
  return [
    {
      method: 'POST',
      path: '/v1/zones/{zone}/protections',
      access: 'operate',
      summary: 'Start a round of protection: a new recovery point of each job of the zone in its peer.',
      body: protectionBody,
      answers: { 202: { about: 'The round is under way.', schema: protectionAnswer } },
      refusals: ['BadInput', 'UnknownZone', 'ProtectUnderWay', 'TemporalDown'],
      async handle(call) {
        const body = parseBody(protectionBody, call.body);
        const input = { ...inputOf(body), zone: call.params['zone']! };
        const workflowId = await askTemporal(client, () => startProtection(client, config, input));
        return { status: 202, body: { sentence: `a round of protection of ${input.zone} is under way`, workflowId } };
      },
    },
  ];
}
