/** Reads messages of PagerDuty's webhooks, version 3. */
import { z } from 'zod';
import type { ApiConfig } from '../../model/config/types.ts';
import type { HookMessage } from './lost-zone.ts';

/** What is used of a message; PagerDuty sends more, and with other events other data. */
export const pagerdutyBody = z.object({
  event: z.object({
    event_type: z.string(),
    occurred_at: z.iso.datetime({ offset: true, error: 'must be a time such as 2026-11-21T03:00:00Z' }),
    data: z.record(z.string(), z.unknown()).nullish(),
  }),
});

const incidentData = z.object({ id: z.string().min(1).max(100), service: z.object({ id: z.string() }) });

/** The zone that a triggered incident calls lost: that of its service. Every other event is ignored. */
export function lostByIncident(
  { event }: z.output<typeof pagerdutyBody>,
  hook: NonNullable<ApiConfig['hooks']['pagerduty']>,
): HookMessage {
  const nothing = { lost: [], complaints: [], ignored: 1 };
  if (event.event_type !== 'incident.triggered') return nothing;
  const incident = incidentData.safeParse(event.data);
  if (!incident.success) {
    const complaint = 'the data of the incident has no "id" or no "service.id"';
    return { lost: [], complaints: [complaint], ignored: 0 };
  }
  const { id, service } = incident.data;
  const zone = Object.hasOwn(hook.services, service.id) ? hook.services[service.id] : undefined;
  if (zone === undefined) return nothing;
  const lostAt = new Date(event.occurred_at).toISOString();
  return { lost: [{ zone, incident: `pagerduty-${id}`, lostAt }], complaints: [], ignored: 0 };
}
