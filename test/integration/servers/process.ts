/** Server processes of a test: free ports, start, wait until ready, end by pid. */
import { spawn, type ChildProcess } from 'node:child_process';
import { open, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface ServerProcess {
  pid: number;
  /** Stops it as it stands: connections are accepted by the system, nothing answers. */
  freeze(): void;
  thaw(): void;
  stop(): Promise<void>;
}

/** Ports of the loopback that were free a moment ago, all different. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports: number[] = [];
  for (const server of servers) {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('A TCP server has an address and a port.');
    ports.push(address.port);
  }
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** Servers that run; they end with this process, in whatever way it ends by itself or by a signal that asks it to. */
const running = new Set<ChildProcess>();
const endAll = (): void => {
  for (const child of running) child.kill('SIGKILL');
};
process.once('exit', endAll);
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    endAll();
    // As if nobody had listened, unless somebody else does.
    process.kill(process.pid, signal);
  });
}

/** Starts a server whose output goes to `logFile`, and waits until `ready` holds. */
export async function startServer(options: {
  command: string;
  args: string[];
  env?: NodeJS.ProcessEnv;
  logFile: string;
  ready: () => Promise<boolean>;
  deadlineMs: number;
}): Promise<ServerProcess> {
  const log = await open(options.logFile, 'a');
  const child = spawn(options.command, options.args, {
    env: { ...process.env, ...options.env },
    stdio: ['ignore', log.fd, log.fd],
    // A session of its own: a stopped process in the test's group would stop the whole group's terminal job.
    detached: true,
  });
  const exit = exitOf(child);
  // What is interrupted leaves no server behind.
  running.add(child);
  void exit.then(() => running.delete(child));
  await log.close();
  const pid = child.pid;
  if (pid === undefined) throw new Error(`${options.command} does not start: ${String(await exit)}`);
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    await exit;
  };
  try {
    await until(options.ready, options.deadlineMs, () => child.exitCode !== null);
  } catch (error) {
    await stop();
    const tail = (await readFile(options.logFile, 'utf8')).slice(-2_000);
    throw new Error(`${options.command} is not ready after ${options.deadlineMs} ms. Its output ends with:\n${tail}`, {
      cause: error,
    });
  }
  return { pid, freeze: () => void child.kill('SIGSTOP'), thaw: () => void child.kill('SIGCONT'), stop };
}

/** Waits until a condition holds; an error in it counts as "not yet". */
export async function until(
  condition: () => Promise<boolean>,
  deadlineMs: number,
  hopeless: () => boolean = () => false,
): Promise<void> {
  const end = Date.now() + deadlineMs;
  let last: unknown;
  while (Date.now() < end && !hopeless()) {
    try {
      if (await condition()) return;
    } catch (error) {
      last = error;
    }
    await sleep(50);
  }
  throw new Error(`The condition does not hold after ${deadlineMs} ms.`, { cause: last });
}

function exitOf(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve(signal ?? code));
    child.once('error', resolve);
  });
}
