/** Runs a build command with its output in a log file, and tells what went wrong by the end of that file. */
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDir } from '../layout.ts';

export interface LoggedCommand {
  /** Name of the log: `logs/<step>.log` in the cache folder. */
  step: string;
  command: string;
  args: readonly string[];
  cwd: string;
  env: NodeJS.ProcessEnv;
  signal: AbortSignal;
}

/** The log file of a step. */
export const logFile = (step: string) => join(cacheDir, 'logs', `${step}.log`);

const shownLogLines = 20;
const endGraceMs = 5_000;

/** A build command that ended with an error; the message holds the last lines of its output and the log's path. */
export class BuildFailed extends Error {
  override name = 'BuildFailed';
  readonly log: string;
  constructor(step: string, how: string) {
    const log = logFile(step);
    const text = readFileSync(log, 'utf8').trimEnd();
    const tail = text.split('\n').slice(-shownLogLines).join('\n');
    super(`Making ${step} failed (${how}). The end of ${log}:\n${tail}`);
    this.log = log;
  }
}

/**
 * Runs the command with low priority.
 * @throws BuildFailed if it ends with an error; the signal's reason when aborted (the command's whole process group
 *   is ended first).
 */
export async function runLogged(run: LoggedCommand): Promise<void> {
  run.signal.throwIfAborted();
  mkdirSync(join(cacheDir, 'logs'), { recursive: true });
  const log = openSync(logFile(run.step), 'w');
  writeSync(log, `# ${new Date().toISOString()} in ${run.cwd}\n# ${run.command} ${run.args.join(' ')}\n`);
  try {
    // setpriv: should this process be killed, the build must not go on unseen beside the next run's.
    const child = spawn('setpriv', ['--pdeathsig', 'TERM', 'nice', run.command, ...run.args], {
      cwd: run.cwd,
      env: run.env,
      stdio: ['ignore', log, log],
      detached: true,
    });
    const endGroup = (name: NodeJS.Signals) => {
      try {
        if (child.pid) process.kill(-child.pid, name);
      } catch {
        // The group is gone already.
      }
    };
    const abort = () => {
      endGroup('SIGTERM');
      setTimeout(() => endGroup('SIGKILL'), endGraceMs).unref();
    };
    run.signal.addEventListener('abort', abort, { once: true });
    const how = await new Promise<string | undefined>((resolve) => {
      child.on('error', (error) => resolve(error.message));
      child.on('exit', (code, name) =>
        resolve(code === 0 ? undefined : name ? `ended by ${name}` : `exit code ${code}`),
      );
    });
    run.signal.removeEventListener('abort', abort);
    run.signal.throwIfAborted();
    if (how !== undefined) throw new BuildFailed(run.step, how);
  } finally {
    closeSync(log);
  }
}
