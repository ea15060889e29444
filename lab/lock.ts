/**
 * One lab command at a time on this machine. The lock is an abstract socket: the kernel frees it when its holder dies,
 * however it dies, so no lock is ever stale; and a waiter learns from the holder itself who that is.
 */
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Report } from './zones/zone.ts';

const labAddress = '\0az-escape-lab';

interface Holder {
  pid: number;
  command: string;
  since: string;
}

/** Runs `work` while no other lab command runs; says so if it has to wait, and waits as long as it takes. */
export async function withLabLock<T>(command: string, report: Report, work: () => Promise<T>): Promise<T> {
  return await withLock(labAddress, command, report, work);
}

/** The same for any lock's address, an abstract socket's. */
export async function withLock<T>(
  address: string,
  command: string,
  report: Report,
  work: () => Promise<T>,
): Promise<T> {
  const holder: Holder = { pid: process.pid, command, since: new Date().toISOString() };
  const server = await acquire(address, holder, report);
  try {
    return await work();
  } finally {
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }
}

async function acquire(address: string, holder: Holder, report: Report): Promise<net.Server> {
  let told: string | undefined;
  for (;;) {
    const server = await tryListen(address, holder);
    if (server) return server;
    const other = await askHolder(address);
    const who = other ? `"lab ${other.command}" (pid ${other.pid}, since ${other.since})` : 'another lab command';
    if (other && told !== who) report(`waiting for ${who} to end`);
    if (other) told = who;
    await sleep(200);
  }
}

function tryListen(address: string, holder: Holder): Promise<net.Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = net.createServer((socket) => {
      socket.on('error', () => {});
      socket.end(JSON.stringify(holder));
    });
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(undefined) : reject(error),
    );
    // Not a reason to keep the process alive: work that hangs must not be kept up by its own lock.
    server.listen({ path: address }, () => resolve(server.unref()));
  });
}

function askHolder(address: string): Promise<Holder | undefined> {
  return new Promise((resolve) => {
    let text = '';
    const socket = net.connect({ path: address });
    socket.setTimeout(1_000, () => socket.destroy());
    socket.setEncoding('utf8');
    socket.on('data', (part: string) => (text += part));
    socket.on('error', () => {});
    socket.on('close', () => {
      try {
        resolve(JSON.parse(text) as Holder);
      } catch {
        resolve(undefined);
      }
    });
  });
}
