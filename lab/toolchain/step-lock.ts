/**
 * One run at a time works on a step. The lock is the kernel's (flock), held by a small child process that ends with
 * this one however it ends: a killed run leaves no stale lock behind.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDir } from '../layout.ts';

export interface StepLock {
  /** Whether another run held the lock when it was asked for; then the step may have been made meanwhile. */
  waited: boolean;
  release(): void;
}

/**
 * Takes the lock of a step, waiting for as long as another run holds it.
 * @param onWait called once, with the process id of the other run, before waiting.
 * @throws the signal's reason when aborted while waiting.
 */
export async function lockStep(step: string, onWait: (pid: string) => void, signal: AbortSignal): Promise<StepLock> {
  const folder = join(cacheDir, 'locks');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${step}.lock`);
  const held = await holdWithFlock(file, ['--nonblock'], signal);
  if (held) return { waited: false, release: held };
  onWait(readFileSync(file, 'utf8').trim());
  const heldLater = await holdWithFlock(file, [], signal);
  if (!heldLater) throw new Error(`The lock ${file} could not be taken: flock (util-linux) ended without it.`);
  return { waited: true, release: heldLater };
}

/** Resolves with what ends the lock, or undefined when somebody else holds it. */
async function holdWithFlock(file: string, options: string[], signal: AbortSignal): Promise<(() => void) | undefined> {
  signal.throwIfAborted();
  // `cat` ends when this process's end of the pipe is closed, be it by an orderly release or by a SIGKILL.
  const child = spawn('flock', [...options, file, 'sh', '-c', 'echo held; exec cat >/dev/null'], {
    stdio: ['pipe', 'pipe', 'ignore'],
    detached: true,
  });
  const abort = () => child.kill();
  signal.addEventListener('abort', abort, { once: true });
  try {
    const held = await Promise.race([
      once(child.stdout, 'data').then(() => true),
      once(child, 'exit').then(() => false),
    ]);
    signal.throwIfAborted();
    if (!held) return undefined;
    writeFileSync(file, `${process.pid}\n`);
    return () => child.stdin.end();
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
