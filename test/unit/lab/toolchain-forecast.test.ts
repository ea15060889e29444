import { describe, expect, test } from 'vitest';
import type { PlannedStep, ToolchainEvent } from '../../../lab/toolchain/events.ts';
import { advance, remainingSeconds } from '../../../lab/toolchain/forecast.ts';
import type { ToolchainProgress } from '../../../lab/toolchain/forecast.ts';
import {
  eventLine,
  formatBytes,
  formatSeconds,
  runningLines,
  summaryLine,
} from '../../../lab/toolchain/progress-lines.ts';

const step = (name: string, lane: number, estimatedSeconds: number): PlannedStep => ({
  name,
  title: name,
  lane,
  reason: 'never made',
  estimatedSeconds,
});
const steps = [step('a', 0, 100), step('b', 0, 200), step('c', 1, 50)];

/** The state after events, each with the second at which it comes. */
function after(...events: [number, ToolchainEvent][]): ToolchainProgress {
  const start = advance({ steps: [] }, { kind: 'planned', steps, done: 2 }, 0);
  return events.reduce((state, [second, event]) => advance(state, event, second * 1000), start);
}
const built = (name: string, seconds: number): ToolchainEvent => ({
  kind: 'made',
  step: name,
  source: 'built',
  seconds,
  bytes: 5e6,
});

describe('remainingSeconds', () => {
  test('at first it is the longest lane', () => {
    expect(remainingSeconds(after(), 0)).toBe(300);
  });

  test('a running step counts down', () => {
    expect(remainingSeconds(after([0, { kind: 'started', step: 'a' }]), 40_000)).toBe(260);
  });

  test('a step that is over its time does not count as ended', () => {
    expect(remainingSeconds(after([0, { kind: 'started', step: 'a' }]), 200_000)).toBe(220);
  });

  test('what was measured scales the rest of its lane only', () => {
    expect(remainingSeconds(after([0, { kind: 'started', step: 'a' }], [50, built('a', 50)]), 50_000)).toBe(100);
    expect(remainingSeconds(after([0, { kind: 'started', step: 'c' }], [200, built('c', 200)]), 200_000)).toBe(300);
  });

  test('what was found does not scale anything', () => {
    const found: ToolchainEvent = {
      kind: 'made',
      step: 'a',
      source: 'found',
      version: '1.0.0',
      seconds: 0.1,
      bytes: 1,
    };
    expect(remainingSeconds(after([0, { kind: 'started', step: 'a' }], [1, found]), 1000)).toBe(200);
  });

  test('nothing is left at the end', () => {
    const all = steps.map(({ name }): [number, ToolchainEvent] => [1, { kind: 'made elsewhere', step: name }]);
    expect(remainingSeconds(after(...all), 1000)).toBe(0);
  });
});

describe('lines', () => {
  test.each([
    [4.4, '4 s'],
    [59.7, '1 min'],
    [200, '3 min 20 s'],
    [605, '10 min'],
    [1439, '24 min'],
  ])('%d seconds are %s', (seconds, text) => {
    expect(formatSeconds(seconds)).toBe(text);
  });

  test('bytes', () => {
    expect([formatBytes(101_234_567), formatBytes(999)]).toEqual(['101 MB', '1 KB']);
  });

  test('a step that waits for another run names it', () => {
    const waiting: ToolchainEvent = { kind: 'waiting', step: 'c', otherPid: '42' };
    expect(runningLines(after([0, waiting]), 5_000)).toEqual([
      '  c: another run (process 42) is at it, waiting for 5 s',
    ]);
  });

  test('the summary counts ended steps', () => {
    expect(summaryLine(after([0, { kind: 'started', step: 'a' }], [100, built('a', 100)]), 100_000)).toBe(
      'toolchain: 1 of 3 steps done, about 3 min 20 s left',
    );
  });

  test('an ended step leaves what it took', () => {
    expect(eventLine(after(), built('b', 63))).toBe('  b: made, 1 min 3 s, 5 MB');
  });
});
