/** Route that gives the report of an escape. */
import { OutsideFailure } from '../../adapters/failure.ts';
import { readFromPeers } from '../../zones/reports/find-report.ts';
import { escapableNames } from '../../model/config/zone-clusters.ts';
import { storeKeys } from '../../model/store-keys.ts';
import { reportSchema, type Report } from '../../model/report/schema.ts';
import { Refusal } from '../../client/client.ts';
import { HttpRefusal } from '../problem.ts';
import type { ApiContext, Route } from '../route.ts';

const maxReportBytes = 64 << 20;

export function reportRoutes(context: ApiContext): Route[] {
  return [
    {
      method: 'GET',
      path: '/v1/escapes/{id}/report',
      access: 'view',
      summary:
        'The report of an escape that is over, by its id `<zone>-<incident>`; of a dry run with `-dry-run` behind.',
      answers: { 200: { about: 'report.json as it lies in the store.', schema: reportSchema } },
      refusals: ['NoReport'],
      async handle({ params, signal }) {
        return { status: 200, body: await readReport(context, params['id']!, signal) };
      },
    },
  ];
}

/**
 * An id begins with its zone, and so may begin with more than one zone: `az-a` and `az-a-2` both fit `az-a-2-INC-7`.
 * Reports lie in the store of a peer of each zone.
 */
async function readReport({ config, world }: ApiContext, id: string, signal: AbortSignal): Promise<Report> {
  const none = new Refusal('NoReport', `there is no report of the escape "${id.slice(0, 200)}"`);
  // The id becomes part of a key.
  if (!/^[\w.-]+$/.test(id)) throw none;
  const zones = escapableNames(config).filter((name) => id.startsWith(`${name}-`));
  for (const zone of zones) {
    const key = storeKeys.reportKey('escape', id, 'json');
    const bytes = await readFromPeers(world, zone, key, { maxBytes: maxReportBytes, signal }).catch(
      (error: unknown) => {
        throw error instanceof OutsideFailure ? new HttpRefusal('NoReport', error.message, { status: 503 }) : error;
      },
    );
    if (!bytes) continue;
    const report = reportSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
    if (report.zone === zone) return report;
  }
  throw none;
}
