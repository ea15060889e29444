/** Reads messages of Alertmanager's webhook receiver, version 4. */
import { z } from 'zod';
import type { ApiConfig } from '../../model/config/types.ts';
import type { HookMessage, LostZone } from './lost-zone.ts';

/** What is used of a message; Alertmanager sends more. */
export const alertmanagerBody = z.object({
  version: z.literal('4', 'must be "4"'),
  alerts: z.array(
    z.object({
      status: z.enum(['firing', 'resolved'], 'must be firing or resolved'),
      labels: z.record(z.string(), z.string()),
      startsAt: z.iso.datetime({ offset: true, error: 'must be a time such as 2026-11-21T03:00:00Z' }),
      fingerprint: z.string().regex(/^[0-9a-f]{1,64}$/i, 'must be a number in hex'),
    }),
  ),
});
type Alert = z.output<typeof alertmanagerBody>['alerts'][number];

/**
 * The zones that firing alerts of the configured names call lost. Alerts of one zone are one incident, that of the
 * alert which fired first. The fingerprint alone would not do: it is the same when the alert fires again months later.
 */
export function lostByAlerts(
  { alerts }: z.output<typeof alertmanagerBody>,
  hook: NonNullable<ApiConfig['hooks']['alertmanager']>,
): HookMessage {
  const meant = alerts.filter(
    ({ status, labels }) => status === 'firing' && hook.alertNames.includes(labels['alertname'] ?? ''),
  );
  const complaints: string[] = [];
  const first = new Map<string, Alert>();
  for (const alert of meant.toSorted(byStart)) {
    const zone = alert.labels[hook.zoneLabel];
    if (!zone) complaints.push(`an alert ${alert.labels['alertname']} has no label "${hook.zoneLabel}"`);
    else if (!first.has(zone)) first.set(zone, alert);
  }
  const lost = [...first].map(([zone, alert]): LostZone => {
    const lostAt = new Date(alert.startsAt).toISOString();
    return { zone, lostAt, incident: `alert-${lostAt.replace(/[-:]/g, '')}-${alert.fingerprint}` };
  });
  return { lost, complaints, ignored: alerts.length - meant.length };
}

function byStart(a: Alert, b: Alert): number {
  return Date.parse(a.startsAt) - Date.parse(b.startsAt) || (a.fingerprint < b.fingerprint ? -1 : 1);
}
