import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Config } from '../../../model/config/types.ts';
import { parseBody } from '../../../api/body.ts';
import { alertmanagerBody, lostByAlerts } from '../../../api/hooks/alertmanager.ts';
import { wholeZones } from '../../../api/hooks/lost-zone.ts';
import { lostByIncident, pagerdutyBody } from '../../../api/hooks/pagerduty.ts';
import { isSigned } from '../../../api/hooks/signature.ts';

interface GivenAlert {
  status?: string;
  labels?: Record<string, string>;
  startsAt?: string;
  fingerprint?: string;
}

function alert(given: GivenAlert = {}) {
  return {
    status: 'firing',
    labels: { alertname: 'ZoneLost', zone: 'az-a', severity: 'critical' },
    annotations: { summary: 'az-a does not answer' },
    startsAt: '2026-11-21T03:00:00.5Z',
    endsAt: '0001-01-01T00:00:00Z',
    generatorURL: 'http://prometheus.example.com/graph',
    fingerprint: 'b3a1c0ffee000001',
    ...given,
  };
}

function message(alerts: unknown[]) {
  return { version: '4', groupKey: '{}:{zone="az-a"}', truncatedAlerts: 0, status: 'firing', receiver: 'x', alerts };
}

function lost(alerts: unknown[]) {
  const body = parseBody(alertmanagerBody, Buffer.from(JSON.stringify(message(alerts))));
  return lostByAlerts(body, { alertNames: ['ZoneLost', 'ZoneDark'], zoneLabel: 'zone' });
}

describe('a message of Alertmanager', () => {
  test('calls the zone of a firing alert lost, since it fired', () => {
    expect(lost([alert()])).toEqual({
      lost: [
        {
          zone: 'az-a',
          incident: 'alert-20261121T030000.500Z-b3a1c0ffee000001',
          lostAt: '2026-11-21T03:00:00.500Z',
        },
      ],
      complaints: [],
      ignored: 0,
    });
  });

  test('gives the same incident at each repeat and another when the alert fires anew', () => {
    const incidentAt = (startsAt: string) => lost([alert({ startsAt })]).lost[0]!.incident;
    expect(incidentAt('2026-11-21T04:00:00.500+01:00')).toBe(incidentAt('2026-11-21T03:00:00.5Z'));
    expect(incidentAt('2027-02-01T03:00:00Z')).not.toBe(incidentAt('2026-11-21T03:00:00.5Z'));
  });

  test('is one incident a zone: that of the alert which fired first, in whatever order they come', () => {
    const labels = (zone: string) => ({ alertname: 'ZoneDark', zone });
    const alerts = [
      alert({ startsAt: '2026-11-21T03:01:00Z', fingerprint: 'c1' }),
      alert({ startsAt: '2026-11-21T03:00:00Z', fingerprint: 'b2' }),
      alert({ startsAt: '2026-11-21T03:00:00Z', fingerprint: 'b1', labels: labels('az-a') }),
      alert({ startsAt: '2026-11-21T03:02:00Z', fingerprint: 'd1', labels: labels('az-b') }),
    ];
    fc.assert(
      fc.property(fc.shuffledSubarray(alerts, { minLength: 4 }), (shuffled) => {
        const incidents = lost(shuffled).lost.map(({ incident }) => incident);
        expect(incidents).toEqual(['alert-20261121T030000.000Z-b1', 'alert-20261121T030200.000Z-d1']);
      }),
    );
  });

  test('ignores what is resolved or of another name', () => {
    const others = [alert({ status: 'resolved' }), alert({ labels: { alertname: 'DiskFull', zone: 'az-a' } })];
    expect(lost(others)).toEqual({ lost: [], complaints: [], ignored: 2 });
    expect(lost([])).toEqual({ lost: [], complaints: [], ignored: 0 });
  });

  test('complains of an alert that names no zone', () => {
    expect(lost([alert({ labels: { alertname: 'ZoneLost' } })])).toEqual({
      lost: [],
      complaints: ['an alert ZoneLost has no label "zone"'],
      ignored: 0,
    });
  });

  test.each<[string, unknown, string]>([
    ['another version', { ...message([]), version: '3' }, '"version" must be "4"'],
    ['no alerts', { version: '4' }, '"alerts"'],
    ['an alert without a start', message([alert({ startsAt: 'noon' })]), '"alerts.0.startsAt" must be a time'],
    ['an odd fingerprint', message([alert({ fingerprint: '../..' })]), '"alerts.0.fingerprint"'],
    ['no object', [], 'the body must be one JSON object'],
  ])('with %s is refused in words', (_what, body, sentence) => {
    const read = () => parseBody(alertmanagerBody, Buffer.from(JSON.stringify(body)));
    expect(read).toThrow(sentence);
    expect(read).toThrow(expect.objectContaining({ code: 'BadInput' }));
  });
});

describe('a message of PagerDuty', () => {
  const hook = { secrets: [], services: { PZONEA: 'az-a' } };
  const event = (more: object = {}) => ({
    event: {
      id: '01BZ',
      event_type: 'incident.triggered',
      resource_type: 'incident',
      occurred_at: '2026-11-21T03:00:00.000Z',
      data: { id: 'Q1', type: 'incident', status: 'triggered', service: { id: 'PZONEA', type: 'service_reference' } },
      ...more,
    },
  });
  const read = (body: unknown) => lostByIncident(parseBody(pagerdutyBody, Buffer.from(JSON.stringify(body))), hook);

  test('calls the zone of its service lost', () => {
    const lostZone = { zone: 'az-a', incident: 'pagerduty-Q1', lostAt: '2026-11-21T03:00:00.000Z' };
    expect(read(event())).toEqual({ lost: [lostZone], complaints: [], ignored: 0 });
  });

  test.each([
    ['another event', { event_type: 'incident.resolved' }],
    ['a ping', { event_type: 'pagey.ping', data: { message: 'Hello!', type: 'ping' } }],
    ['a service that is not mapped', { data: { id: 'Q1', service: { id: 'constructor' } } }],
  ])('is ignored for %s', (_what, more) => {
    expect(read(event(more))).toEqual({ lost: [], complaints: [], ignored: 1 });
  });

  test('without its service is complained of', () => {
    expect(read(event({ data: { id: 'Q1' } })).complaints).toHaveLength(1);
    expect(() => read({ messages: [] })).toThrow('"event"');
  });
});

describe('a signature', () => {
  const body = Buffer.from('{"event":{}}');
  const sign = (secret: string) => `v1=${createHmac('sha256', secret).update(body).digest('hex')}`;

  test('fits as one of several, with one of several secrets', () => {
    expect(isSigned(body, sign('new'), ['old', 'new'])).toBe(true);
    expect(isSigned(body, `${sign('other')}, ${sign('old')}`, ['old'])).toBe(true);
  });

  test.each([
    ['none', undefined],
    ['an empty one', ''],
    ['one of another secret', sign('other')],
    ['one cut short', sign('old').slice(0, -2)],
    ['one without its version', sign('old').slice(3)],
    ['one of version 2', sign('old').replace('v1', 'v2')],
  ])('does not fit: %s', (_what, header) => {
    expect(isSigned(body, header, ['old'])).toBe(false);
  });

  test('does not fit another body, nor without a secret', () => {
    expect(isSigned(Buffer.from('{"event":{ }}'), sign('old'), ['old'])).toBe(false);
    expect(isSigned(body, sign(''), [])).toBe(false);
  });
});

describe('clusters of one zone', () => {
  const entry = (name: string, partOf?: string) =>
    [name, { name, ...(partOf === undefined ? {} : { partOf }) }] as const;
  const entries = [entry('az-a-blue', 'az-a'), entry('az-a-green', 'az-a'), entry('az-b'), entry('az-c-red', 'az-c')];
  const config = { zones: Object.fromEntries(entries) } as unknown as Config;
  const lostAt = '2026-11-21T03:00:00.000Z';
  const whole = (...zones: string[]) =>
    wholeZones(
      config,
      zones.map((zone, index) => ({ zone, incident: `alert-${index}`, lostAt })),
    ).map(({ zone, incident }) => `${zone} ${incident}`);

  test('are one loss where all of them are named, or the zone is: that of the first', () => {
    expect(whole('az-a-green', 'az-b', 'az-a-blue')).toEqual(['az-a alert-0', 'az-b alert-1']);
    expect(whole('az-a-green', 'az-a')).toEqual(['az-a alert-0']);
    expect(whole('az-a')).toEqual(['az-a alert-0']);
  });

  test('are lost by themselves where others live', () => {
    expect(whole('az-a-green', 'az-c-red')).toEqual(['az-a-green alert-0', 'az-c-red alert-1']);
    expect(whole('az-x', 'az-b')).toEqual(['az-x alert-0', 'az-b alert-1']);
  });
});
