import { describe, expect, test } from 'vitest';
import { complaintsAboutEscapeInput, type EscapeInput } from '../../model/inputs/escape-input.ts';
import { startFormInput, startFormLink } from '../../client/start-form.ts';
import { twoZones } from '../simulation/harness/two-zones.ts';

const { config, home } = twoZones('form');
const withUi = (ui: string) => ({ ...config, temporal: { ...config.temporal, namespace: 'flink jobs', ui } });

describe('the link to the start form', () => {
  test('names workflow id, task queue and type', () => {
    for (const base of ['https://temporal.example.com', 'https://temporal.example.com/ui/']) {
      const link = new URL(startFormLink(withUi(base), home, 'INC 7/&?')!);
      expect(link.href.startsWith(base)).toBe(true);
      expect(link.pathname).toMatch(/^(\/ui)?\/namespaces\/flink%20jobs\/workflows\/start-workflow$/);
      expect(Object.fromEntries(link.searchParams)).toEqual({
        workflowId: `escape/${home}/INC 7/&?`,
        taskQueue: config.temporal.taskQueue,
        workflowType: 'escapeZone',
      });
    }
  });

  test('is not there when nobody says where the UI is', () => {
    expect(startFormLink(config, home)).toBeUndefined();
  });

  test('goes with an input that the form may send', () => {
    const asked: EscapeInput = { zone: home, incident: 'INC-7', dryRun: true, by: 'me', via: 'cli', tiers: ['P0'] };
    const input = JSON.parse(startFormInput(asked)) as unknown;
    expect(input).toEqual({ zone: home, tiers: ['P0'] });
    expect(complaintsAboutEscapeInput(input)).toEqual([]);
  });
});
