/** Routes by which operators direct a running escape: approve, hold, go on, leave out, end. */
import {
  operatorWords,
  tellEscape,
  type OperatorWord,
  type Telling,
  tierWords,
  type TierWord,
} from '../../client/running-escape.ts';
import { askTemporal } from '../ask-temporal.ts';
import type { ApiContext, Call, Route } from '../route.ts';
import { progressAnswer } from '../schemas.ts';

const active = '/v1/zones/{zone}/escapes/active';

export function operatorRoutes({ client, config }: ApiContext): Route[] {
  const route = (
    path: string,
    summary: string,
    telling: (call: Call) => Telling,
    more: Partial<Route> = {},
  ): Route => ({
    method: 'POST',
    path: `${active}/${path}`,
    access: 'operate',
    summary,
    answers: { 200: { about: 'Its progress after that.', schema: progressAnswer } },
    ...more,
    refusals: ['UnknownZone', 'NoEscape', ...(more.refusals ?? []), 'NoWorker', 'TemporalDown'],
    async handle(call) {
      const told = await askTemporal(client, () => tellEscape(client, config, call.params['zone']!, telling(call)));
      return { status: 200, body: told };
    },
  });
  return [
    ...operatorWords.map((word) =>
      // Who may only operate cannot approve, and who may only approve cannot operate.
      route(word, wordSummaries[word], ({ caller }) => ({ word, by: caller.name }), wordNeeds[word]),
    ),
    ...tierWords.map((word) =>
      route(
        `tiers/{tier}/${tierPaths[word].path}`,
        tierPaths[word].summary,
        ({ caller, params }) => ({ word, tier: params['tier']!, by: caller.name }),
        { refusals: ['BadInput'] },
      ),
    ),
    route(
      'jobs/{namespace}/{name}/skip',
      'Leave one job that was not started yet.',
      ({ caller, params }) => ({ word: 'skipJob', job: `${params['namespace']}/${params['name']}`, by: caller.name }),
      { refusals: ['BadInput', 'JobNotFound', 'JobStarted', 'TooEarly'] },
    ),
  ];
}

const wordSummaries: Record<OperatorWord, string> = {
  approve: 'Let the running escape go on that waits for approval of its plan.',
  pause: 'Start no more batches of the running escape until it is resumed.',
  resume: 'Go on with a paused escape.',
  abort: 'Start nothing more; what was not started is left, and the report is written.',
};

const wordNeeds: Partial<Record<OperatorWord, Partial<Route>>> = {
  approve: { access: 'approve', refusals: ['NothingToApprove'] },
};

const tierPaths: Record<TierWord, { path: string; summary: string }> = {
  holdTier: { path: 'hold', summary: 'Begin no batch of the tier until it is released; the tiers behind it go on.' },
  releaseTier: { path: 'release', summary: 'Go on with a tier that is held.' },
};
