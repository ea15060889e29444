/** A Temporal dev server of one's own on a file, as a process that can be killed and started again. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { cachePaths } from '../../../lab/layout.ts';
import { freePorts, startServer, type ServerProcess } from './process.ts';

export interface TemporalServer {
  address: string;
  pid(): number;
  /** SIGKILL; what it had on its file stays. */
  kill(): Promise<void>;
  /** Starts it again on its file. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export async function startTemporal(): Promise<TemporalServer> {
  const home = await mkdtemp(join(tmpdir(), 'az-escape-temporal-'));
  const [port = 0] = await freePorts(1);
  const address = `127.0.0.1:${port}`;
  const start = (): Promise<ServerProcess> =>
    startServer({
      command: join(cachePaths.bin, 'temporal'),
      args: [
        'server',
        'start-dev',
        '--headless',
        '--ip=127.0.0.1',
        `--port=${port}`,
        `--db-filename=${join(home, 'temporal.db')}`,
        '--sqlite-pragma=journal_mode=WAL',
        '--sqlite-pragma=synchronous=OFF',
        '--log-level=error',
      ],
      logFile: join(home, 'log'),
      ready: () => serves(address),
      deadlineMs: 30_000,
    });
  let server = await start();
  return {
    address,
    pid: () => server.pid,
    kill: () => server.stop(),
    async restart() {
      server = await start();
    },
    async stop() {
      await server.stop();
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** Its port opens before its namespace is there. */
async function serves(address: string): Promise<boolean> {
  const connection = await Connection.connect({ address, connectTimeout: 1_000 });
  try {
    await connection.workflowService.describeNamespace({ namespace: 'default' });
    return true;
  } finally {
    await connection.close();
  }
}
