/** A worker as a process of its own, as in production: what the demo and the kill tests start and stop. */
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';

const main = fileURLToPath(new URL('../main.ts', import.meta.url));
const readyDeadlineMs = 60_000;

export interface WorkerProcess {
  pid: number;
  /** SIGTERM, then its end is waited for. */
  stop(): Promise<void>;
  /** SIGKILL: as a lost machine would. */
  kill(): Promise<void>;
}

/** Starts a worker and returns once it polls. @throws with the end of its log when it does not come up */
export async function startWorker(configFile: string, logFile: string): Promise<WorkerProcess> {
  mkdirSync(dirname(logFile), { recursive: true });
  const log = openSync(logFile, 'w');
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', main, '--config', configFile, 'worker'],
    {
      stdio: ['ignore', log, log],
    },
  );
  closeSync(log);
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  // An aborted demo must not leave its worker behind.
  const orphaned = () => child.kill('SIGKILL');
  process.once('exit', orphaned);
  void ended.then(() => process.off('exit', orphaned));
  await untilPolling(child, logFile);
  const end = async (signal: 'SIGTERM' | 'SIGKILL') => {
    child.kill(signal);
    await ended;
  };
  return { pid: child.pid!, stop: () => end('SIGTERM'), kill: () => end('SIGKILL') };
}

async function untilPolling(child: ChildProcess, logFile: string): Promise<void> {
  const deadline = Date.now() + readyDeadlineMs;
  while (!readFileSync(logFile, 'utf8').includes('worker polls')) {
    if (child.exitCode !== null || Date.now() > deadline) {
      child.kill('SIGKILL');
      throw new Error(`the worker did not come up; the end of ${logFile}:\n${tail(readFileSync(logFile, 'utf8'))}`);
    }
    await sleep(100);
  }
}

function tail(text: string): string {
  return text.trimEnd().split('\n').slice(-10).join('\n');
}
