/** Test servers end with the process that started them, though a signal ends it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { repoRoot } from '../docs/documents.ts';

const starter = `
  import { startServer } from '${repoRoot}/test/integration/servers/process.ts';
  const server = { command: 'sleep', args: ['60'], logFile: '/dev/null', ready: async () => true, deadlineMs: 1000 };
  const { pid } = await startServer(server);
  console.log(pid);
  setInterval(() => {}, 1000);
`;

/** Gone, or a zombie that nobody has waited for yet. */
function isOver(pid: number): boolean {
  try {
    return / Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return true;
  }
}

test.each(['SIGTERM', 'SIGINT'] as const)(
  '%s leaves no server behind, and ends the process as usual',
  async (signal) => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', starter], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exited = once(child, 'exit');
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const pid = Number(line.toString());
    expect(isOver(pid)).toBe(false);
    child.kill(signal);
    expect(await exited).toEqual([null, signal]);
    await expect.poll(() => isOver(pid)).toBe(true);
  },
);
