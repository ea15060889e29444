import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { protectMetrics } from '../../../activities/protect/round-metrics.ts';
import { recheckMetrics } from '../../../activities/recheck/check-metrics.ts';
import { overdueIntervals } from '../../../model/protect/state.ts';

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
const { stateTime, interval, seconds, rounds, copied } = protectMetrics;
/** As Prometheus sees them: counters get a suffix. */
const seen = [
  ...[stateTime, interval, seconds, ...Object.values(recheckMetrics)].map(({ name }) => name),
  `${rounds.name}_total`,
  `${copied.name}_total`,
];

interface Rule {
  alert: string;
  expr: string;
  annotations: Record<string, string>;
}
const rules = (parse(read('deploy/alerts.yaml')) as { groups: { rules: Rule[] }[] }).groups.flatMap((one) => one.rules);

describe('the metrics', () => {
  test('are all in the table of the settings page, in their own words', () => {
    const table = read('docs/settings.md')
      .split('\n')
      .filter((line) => line.startsWith('| `az_escape_'));
    expect(table.map((line) => line.split('`')[1])).toEqual(expect.arrayContaining(seen));
    for (const { about } of Object.values({ ...protectMetrics, ...recheckMetrics })) {
      expect(table.join('\n')).toContain(about);
    }
  });
});

describe('the alert rules', () => {
  test('stand on metrics that there are', () => {
    const named = rules.flatMap(({ expr }) => expr.match(/az_escape_[a-z_]+/g) ?? []);
    expect(named.length).toBeGreaterThan(0);
    for (const name of named) expect(seen).toContain(name);
  });

  test('call a recovery point overdue after as many intervals as the table of az-escape status', () => {
    const overdue = rules.find(({ alert }) => alert === 'AzEscapeRecoveryPointOverdue')!;
    expect(overdue.expr).toContain(`${overdueIntervals} * max by (zone, tier) (${interval.name})`);
  });

  test('say what to look at', () => {
    for (const { annotations } of rules)
      expect(annotations['description']).toMatch(/az-escape (status|schedule|recheck|protect)/);
  });
});
