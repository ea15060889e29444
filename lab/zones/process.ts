/** Starts, finds and stops the lab's processes, each with its log and its pid file. */
import { spawn } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive, parsePidFile, readProcessStat, ticksPerSecond, type ProcessIdentity } from './process-identity.ts';

/** A process to start. */
export interface ProcessSpec {
  /** Names its pid file and its log: `run/<name>`, `log/<name>.log`. */
  name: string;
  command: string;
  /** Seen by everyone on the machine: secrets go into `env` or files. */
  args: readonly string[];
  env?: Readonly<Record<string, string>>;
  /** Folder of the zone (or of Temporal) that holds `run/` and `log/`. */
  dir: string;
  /** Network namespace to start it in; the host's without it. */
  netns?: string;
  /** The `cgroup.procs` file that takes it, before it can have children elsewhere. */
  cgroupProcs?: string;
}

/** What a process costs. */
export interface ProcessUsage {
  memoryMb: number;
  cpuSeconds: number;
  /** State letter of proc(5). */
  state: string;
}

const maxLogBytes = 32 << 20;

/** Path of a process's log. */
export const logFile = (dir: string, name: string) => join(dir, 'log', `${name}.log`);

const pidFile = (dir: string, name: string) => join(dir, 'run', name);

// Runs in the process that then becomes the component: the pid file exists before the component does, so a lab killed
// at any moment leaves no process that the next one does not know. `read` and `set` are built in: no child, no delay.
const prelude = `
  file=$1 cgroup=$2 netns=$3; shift 3
  read -r stat < /proc/$$/stat || exit 71
  read -r boot < /proc/sys/kernel/random/boot_id || exit 71
  set -f; pick() { start=\${20}; }; pick \${stat##*) }
  [ -z "$cgroup" ] || echo $$ > "$cgroup" || exit 72
  echo "$$ $start $boot" > "$file.new" && mv "$file.new" "$file" || exit 73
  [ -z "$netns" ] || exec nsenter --net="/run/netns/$netns" -- "$@"
  exec "$@"
`;

/**
 * Starts a process in a session of its own, so that it outlives the caller and no terminal's signal reaches it.
 * Answers when its pid file is written.
 * @throws when the command cannot be started, with the end of its log.
 */
export async function startProcess(spec: ProcessSpec): Promise<ProcessIdentity> {
  const log = logFile(spec.dir, spec.name);
  const file = pidFile(spec.dir, spec.name);
  mkdirSync(join(spec.dir, 'log'), { recursive: true });
  mkdirSync(join(spec.dir, 'run'), { recursive: true });
  if (existsSync(log) && statSync(log).size > maxLogBytes) renameSync(log, `${log}.1`);
  rmSync(file, { force: true });
  const output = openSync(log, 'a');
  const child = spawn(
    '/bin/sh',
    ['-c', prelude, 'sh', file, spec.cgroupProcs ?? '', spec.netns ?? '', spec.command, ...spec.args],
    {
      cwd: spec.dir,
      detached: true,
      stdio: ['ignore', output, output],
      // The caller's own environment may hold secrets and settings that are no business of the lab's processes.
      env: {
        PATH: process.env['PATH'] ?? '/usr/sbin:/usr/bin:/sbin:/bin',
        HOME: spec.dir,
        LANG: 'C.UTF-8',
        ...spec.env,
      },
    },
  );
  closeSync(output);
  child.unref();
  let failure: string | undefined;
  child.once('error', (error) => (failure = error.message));
  child.once('exit', (code, signal) => (failure = `it ended with ${signal ?? `code ${code}`}`));
  const deadline = Date.now() + 10_000;
  for (;;) {
    const identity = findProcess(spec.dir, spec.name);
    if (identity) return identity;
    if (failure || Date.now() > deadline)
      throw new Error(
        `${spec.name} did not start (${spec.command}): ${failure ?? 'no pid file after 10 s'}; see ${log}\n${logTail(spec.dir, spec.name)}`,
      );
    await sleep(5);
  }
}

/** The process of this name if it runs; undefined when it was never started, has ended, or its pid is another's now. */
export function findProcess(dir: string, name: string): ProcessIdentity | undefined {
  try {
    const identity = parsePidFile(readFileSync(pidFile(dir, name), 'utf8'));
    return identity && isAlive(identity) ? identity : undefined;
  } catch {
    return undefined;
  }
}

/** When the process of this name was last started, in epoch milliseconds; undefined without a pid file. */
export function processStartedAtMs(dir: string, name: string): number | undefined {
  try {
    return statSync(pidFile(dir, name)).mtimeMs;
  } catch {
    return undefined;
  }
}

/** Names of the processes that have a pid file here, whether they run or not. */
export function knownProcesses(dir: string): string[] {
  try {
    return readdirSync(join(dir, 'run')).filter((name) => !name.endsWith('.new'));
  } catch {
    return [];
  }
}

/** Ends a process: SIGTERM, and SIGKILL once `graceMs` are over; answers when it is gone. */
export async function stopProcess(dir: string, name: string, graceMs: number): Promise<void> {
  const identity = findProcess(dir, name);
  if (identity) {
    if (graceMs > 0) signal(identity, 'SIGTERM');
    const deadline = Date.now() + graceMs;
    while (isAlive(identity) && Date.now() < deadline) await sleep(20);
    signal(identity, 'SIGKILL');
    while (isAlive(identity)) await sleep(10);
  }
  rmSync(pidFile(dir, name), { force: true });
}

function signal(identity: ProcessIdentity, name: NodeJS.Signals): void {
  if (!isAlive(identity)) return;
  try {
    process.kill(identity.pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** What a pid costs now; undefined when it is gone. */
export function processUsage(pid: number): ProcessUsage | undefined {
  const stat = readProcessStat(pid);
  if (!stat) return undefined;
  let residentKb = 0;
  try {
    residentKb = Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return undefined;
  }
  return { memoryMb: residentKb / 1024, cpuSeconds: stat.cpuTicks / ticksPerSecond, state: stat.state };
}

/** The last lines of a process's log, for messages. */
export function logTail(dir: string, name: string, lines = 8): string {
  try {
    return readFileSync(logFile(dir, name), 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
  } catch {
    return '(no log)';
  }
}
