/** Text for people is made from what programs know, and never read back: a better sentence must not change what happens. */
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../../', import.meta.url));

const text = String.raw`\b(?:reason|message|detail|sentence|why)\b`;
const readings = [
  // reason.startsWith('…'), status?.message ?? '').match(…)
  new RegExp(String.raw`${text}[^;,{}\n]{0,30}\.(?:startsWith|endsWith|includes|indexOf|match|search)\(`),
  // /…/.test(event.message), pattern.exec(reason)
  new RegExp(String.raw`\.(?:test|exec)\([^;\n]*${text}`),
];

/** Lines of a source that read a text. */
function linesThatRead(source: string): string[] {
  return source.split('\n').filter((line) => readings.some((reading) => reading.test(line)));
}

/** Where the words of others are read, as they say nothing else. One that reads none any more fails the test. */
const wordsOfOthers: Record<string, string> = {
  'adapters/bounded-request.ts': 'not to say the code of a connection’s error twice; nothing is decided by it',
  'adapters/kubernetes/failure.ts': 'the API server answers 500 to a malformed apply, told from trouble by its words',
  'model/health/diagnosis/pod-signs.ts': 'events of Kubernetes have no codes for quotas and registries',
};

const folders = ['activities', 'adapters', 'agent', 'api', 'cli', 'client', 'deploy', 'drills', 'jobs', 'lab', 'model'];
const more = ['runtime', 'simulation', 'worker', 'workflows', 'zones'];
const sources = globSync(
  [...folders, ...more].map((folder) => `${folder}/**/*.ts`),
  { cwd: root },
).map((path) => path.replaceAll('\\', '/'));

describe('no code reads a text for people', () => {
  test('all sources are looked at', () => {
    expect(sources.length).toBeGreaterThan(300);
    expect(sources).toContain('activities/escape/make-plan.ts');
  });

  test('a reading is found', () => {
    for (const line of [
      `if (line.reason.startsWith('NoRoom')) return;`,
      `left.every(({ message }) => message.includes('outside'))`,
      `return /quota/i.test(event.message);`,
      `const [, code] = /^(\\w+): /.exec(failure.detail) ?? [];`,
      `(status?.message ?? '').match(words)`,
    ]) {
      expect(linesThatRead(line), line).toEqual([line]);
    }
    const fine = 'const { reason } = left; names.includes(name)';
    expect(linesThatRead(fine)).toEqual([]);
  });

  test('none is in the sources but of the words of others', () => {
    const reading = sources.flatMap((path) => {
      const lines = linesThatRead(readFileSync(`${root}${path}`, 'utf8'));
      return lines.length === 0 ? [] : [{ path, lines }];
    });
    expect(reading.filter(({ path }) => wordsOfOthers[path] === undefined)).toEqual([]);
    expect(reading.map(({ path }) => path).toSorted()).toEqual(Object.keys(wordsOfOthers).toSorted());
  });
});
