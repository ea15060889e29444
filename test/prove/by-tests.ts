/** Proofs that are a file of tests beside this one: all of them must pass, on servers that the file starts itself. */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Figures, Outcome } from './proof.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const vitest = join(root, 'node_modules/vitest/vitest.mjs');

/** As much of vitest's report as is read. */
export interface TestResults {
  success: boolean;
  testResults: {
    assertionResults: { fullName: string; status: string; duration?: number | null; meta?: { figures?: Figures } }[];
  }[];
}

/** Holds if every test passed and there was one. Figures: what the tests measured (`figures.ts`), and how long each took. */
export function outcomeOf({ success, testResults }: TestResults): Outcome {
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults);
  const notPassed = tests.filter(({ status }) => status !== 'passed').map(({ fullName }) => fullName);
  const figures: Figures = Object.assign({}, ...tests.map(({ meta }) => meta?.figures ?? {}));
  const seconds = Object.fromEntries(
    tests.map(({ fullName, duration }) => [fullName, Math.round((duration ?? 0) / 100) / 10]),
  );
  return {
    holds: success && tests.length > 0 && notPassed.length === 0,
    figures: { ...figures, tests: tests.length, seconds, ...(notPassed.length > 0 ? { notPassed } : {}) },
  };
}

/** Runs `test/prove/<name>.test.ts`; what vitest shows goes to stderr. @throws when it ends without a report */
export async function runTests(name: string): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), 'az-escape-prove-'));
  try {
    const report = join(folder, 'report.json');
    const ended = await runVitest(`test/prove/${name}.test.ts`, report);
    const text = await readFile(report, 'utf8').catch(() => undefined);
    if (text === undefined) throw new Error(`vitest ended with ${ended} and without a report; what it said is above`);
    return outcomeOf(JSON.parse(text) as TestResults);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function runVitest(file: string, report: string): Promise<string> {
  const reporters = ['--reporter=verbose', '--reporter=json', `--outputFile.json=${report}`];
  const args = ['--disable-warning=ExperimentalWarning', vitest, 'run', '--project', 'prove', ...reporters, file];
  // Its words are progress: stdout is for the verdict alone. In a group of its own, all of it can be ended together.
  const stdio = ['ignore', process.stderr, process.stderr] as const;
  const child = spawn(process.execPath, args, { cwd: root, stdio: [...stdio], detached: true });
  const end = (): void => {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, end);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, end);
      resolve(signal ?? `code ${code}`);
    });
  });
}
