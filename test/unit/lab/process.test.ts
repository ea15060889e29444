import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { isAlive } from '../../../lab/zones/process-identity.ts';
import { findProcess, logTail, startProcess, stopProcess } from '../../../lab/zones/process.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'lab-process-'));
});
afterEach(async () => {
  await stopProcess(dir, 'sleeper', 0);
  rmSync(dir, { recursive: true });
});

const sleeper = (...args: string[]) => startProcess({ name: 'sleeper', command: 'sleep', args, dir });

test('a started process is found again by its pid file, and is the command itself', async () => {
  const identity = await sleeper('300');
  expect(findProcess(dir, 'sleeper')).toEqual(identity);
  await vi.waitFor(() =>
    expect(readFileSync(`/proc/${identity.pid}/cmdline`, 'utf8').split('\0').slice(0, 2)).toEqual(['sleep', '300']),
  );
});

test('it sees nothing of the environment but what it is given', async () => {
  process.env['LAB_TEST_SECRET'] = 'must not leak';
  await startProcess({ name: 'sleeper', command: 'sh', args: ['-c', 'env; exec sleep 300'], dir, env: { GIVEN: 'x' } });
  delete process.env['LAB_TEST_SECRET'];
  await vi.waitFor(() => expect(logTail(dir, 'sleeper', 50)).toContain('GIVEN=x'));
  expect(logTail(dir, 'sleeper', 50)).not.toContain('LAB_TEST_SECRET');
});

test('a pid file whose pid is now somebody else is neither found nor killed', async () => {
  const identity = await sleeper('300');
  const file = join(dir, 'run', 'sleeper');
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, text.replace(identity.startTicks, String(Number(identity.startTicks) + 1)));
  expect(findProcess(dir, 'sleeper')).toBeUndefined();
  await stopProcess(dir, 'sleeper', 0);
  expect(isAlive(identity)).toBe(true);
  writeFileSync(file, text);
});

test('stopping waits until it is gone, even if it ignores SIGTERM', async () => {
  const command = { name: 'sleeper', command: 'sh', args: ['-c', 'trap "" TERM; echo set; sleep 300'], dir };
  const identity = await startProcess(command);
  await vi.waitFor(() => expect(logTail(dir, 'sleeper')).toContain('set'));
  await stopProcess(dir, 'sleeper', 100);
  expect(isAlive(identity)).toBe(false);
  expect(findProcess(dir, 'sleeper')).toBeUndefined();
});

test('a command that is not there is told with its name', async () => {
  // The pid file is written before the command is tried: the process has then ended, or is about to.
  const outcome = await startProcess({ name: 'sleeper', command: '/nowhere/tool', args: [], dir }).catch(
    (error: unknown) => error,
  );
  await vi.waitFor(() => expect(findProcess(dir, 'sleeper')).toBeUndefined());
  expect(`${outcome instanceof Error ? outcome.message : ''} ${logTail(dir, 'sleeper')}`).toContain('/nowhere/tool');
});
