/** Nothing below the processes knows of another time than that of its clock. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { repoRoot } from '../docs/documents.ts';

const otherTimes = [
  'Date\\.now\\b',
  'new Date\\(\\)',
  'performance\\.now\\b',
  'AbortSignal\\.timeout\\b',
  '\\bset(?:Timeout|Interval)\\(',
  "'(?:node:)?timers(?:/promises)?'",
].join('|');

/** What reads another time, and why it must. */
const exceptions: Record<string, string> = {
  'adapters/clock.ts': 'it is the clock',
  'jobs/keep-beating.ts': 'who listens for heartbeats counts real time, whatever the clock of the zones says',
};

/** Lines of code with another time in them. */
function otherTimesIn(source: string): string[] {
  const lines = source.split('\n').filter((line) => !/^\s*(?:\/\*\*|\*|\/\/)/.test(line));
  return lines.filter((line) => new RegExp(otherTimes).test(line)).map((line) => line.trim());
}

describe('the one clock', () => {
  const paths = globSync('{adapters,jobs,zones,activities}/**/*.ts', { cwd: repoRoot });
  const found = new Map(
    paths.flatMap((path) => {
      const lines = otherTimesIn(readFileSync(join(repoRoot, path), 'utf8'));
      return lines.length > 0 ? [[path, lines] as const] : [];
    }),
  );

  it('is the only time of adapters, jobs, zones and activities', () => {
    expect(paths.length).toBeGreaterThan(100);
    expect([...found].filter(([path]) => !(path in exceptions))).toEqual([]);
  });

  it('has no exception that nobody needs', () => {
    expect(Object.keys(exceptions).filter((path) => !found.has(path))).toEqual([]);
  });

  it.each([
    'const at = Date.now();',
    'const at = new Date().toISOString();',
    'const beganMs = performance.now();',
    'new Stopwatch(performance.now)',
    'const late = AbortSignal.timeout(5);',
    'const timer = setTimeout(act, 5);',
    'setInterval(act, 5);',
    "import { setTimeout as delay } from 'node:timers/promises';",
  ])('sees %s', (line) => {
    expect(otherTimesIn(line)).toEqual([line]);
  });

  it.each(['new Date(ms)', 'ports.timeout(5)', '// not AbortSignal.timeout(5)', 'clock.now()'])(
    'lets %s be',
    (line) => {
      expect(otherTimesIn(line)).toEqual([]);
    },
  );
});
