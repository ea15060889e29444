import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import {
  bootId,
  isAlive,
  parsePidFile,
  parseProcessStat,
  readProcessStat,
} from '../../../lab/zones/process-identity.ts';

const numbers = Array.from({ length: 50 }, (_, index) => index + 3);

test('a stat line is read although the command name holds blanks and parentheses', () => {
  const stat = parseProcessStat(`77 (a) R (b c) S ${numbers.slice(1).join(' ')}\n`);
  // Fields of proc(5): 14 and 15 are the CPU times, 22 the start.
  expect(stat).toEqual({ state: 'S', cpuTicks: 14 + 15, startTicks: '22' });
});

test('damaged pid files are no process', () => {
  for (const text of ['', '12', '12 34', 'x 34 boot', '0 34 boot', '-1 34 boot'])
    expect(parsePidFile(text)).toBeUndefined();
  expect(parsePidFile('12 34 boot\n')).toEqual({ pid: 12, startTicks: '34', bootId: 'boot' });
});

test('a pid is ours only with the same start and the same boot', () => {
  const { startTicks } = readProcessStat(process.pid)!;
  const self = { pid: process.pid, startTicks, bootId: bootId() };
  expect(isAlive(self)).toBe(true);
  expect(isAlive({ ...self, startTicks: String(Number(startTicks) + 1) })).toBe(false);
  expect(isAlive({ ...self, bootId: 'another' })).toBe(false);
});

test('a process that has ended is not alive', async () => {
  const child = spawn('sleep', ['60']);
  const identity = { pid: child.pid!, startTicks: readProcessStat(child.pid!)!.startTicks, bootId: bootId() };
  expect(isAlive(identity)).toBe(true);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(isAlive(identity)).toBe(false);
});
