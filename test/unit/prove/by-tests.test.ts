/** What the report of a file of tests says of its proof, and that each proof has its file. */
import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { outcomeOf, type TestResults } from '../../prove/by-tests.ts';
import { proofs } from '../../prove/proofs.ts';
import { toolNamed } from '../../../lab/toolchain/tools.ts';
import { repoRoot } from '../docs/documents.ts';

type Test = TestResults['testResults'][number]['assertionResults'][number];

const passed = (fullName: string, figures?: Test['meta']): Test => ({
  fullName,
  status: 'passed',
  duration: 1_234,
  ...(figures ? { meta: figures } : {}),
});
const report = (tests: Test[], success = true): TestResults => ({
  success,
  testResults: [{ assertionResults: tests }],
});

describe('a file of tests', () => {
  test('proves what it says when every test passed, with the figures of all', () => {
    const tests = [passed('a', { figures: { pigs: 3 } }), passed('b', { figures: { jobs: 4 } }), passed('c')];
    expect(outcomeOf(report(tests))).toEqual({
      holds: true,
      figures: { pigs: 3, jobs: 4, tests: 3, seconds: { a: 1.2, b: 1.2, c: 1.2 } },
    });
  });

  test.each(['failed', 'skipped', 'pending', 'todo'])('proves nothing when one %s', (status) => {
    const outcome = outcomeOf(report([passed('a'), { fullName: 'b', status }]));
    expect(outcome).toMatchObject({ holds: false, figures: { tests: 2, notPassed: ['b'] } });
  });

  test('proves nothing when something outside its tests failed', () => {
    expect(outcomeOf(report([passed('a')], false)).holds).toBe(false);
  });

  test('proves nothing without a test', () => {
    expect(outcomeOf(report([])).holds).toBe(false);
  });
});

test('each proof has a file of its name, and each file a proof', () => {
  const files = readdirSync(`${repoRoot}/test/prove`).filter((name) => name.endsWith('.test.ts'));
  expect(
    Object.keys(proofs)
      .map((name) => `${name}.test.ts`)
      .sort(),
  ).toEqual(files.sort());
});

describe.each(Object.entries(proofs))('%s', (_, { about, minutes, tools }) => {
  test('is told in one line', () => {
    expect(about).not.toContain('\n');
    expect(about.length).toBeLessThan(120);
    expect(minutes).toBeGreaterThanOrEqual(1);
  });

  test('needs tools that there are', () => {
    expect(tools.map((name) => toolNamed(name).name)).toEqual(tools);
  });
});
