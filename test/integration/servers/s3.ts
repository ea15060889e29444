/** A real S3 server of one's own: versitygw over a temporary folder. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cachePaths } from '../../../lab/layout.ts';
import { freePorts, startServer, type ServerProcess } from './process.ts';

export interface S3Server extends ServerProcess {
  endpoint: string;
  accessKeyId: string;
  secretAccessKey: string;
  bucket: string;
  /** Folder that holds the bucket's objects, each as a file. */
  folder: string;
}

/** Starts versitygw on a free port of the loopback, with one empty bucket. `stop` also removes its folder. */
export async function startS3(): Promise<S3Server> {
  const home = await mkdtemp(join(tmpdir(), 'az-escape-s3-'));
  const bucket = 'state';
  const folder = join(home, 'data', bucket);
  await mkdir(folder, { recursive: true });
  const [port = 0] = await freePorts(1);
  const endpoint = `http://127.0.0.1:${port}`;
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test-secret' };
  const server = await startServer({
    command: join(cachePaths.bin, 'versitygw'),
    args: ['--port', `127.0.0.1:${port}`, '--keep-alive', '--quiet', 'posix', join(home, 'data')],
    env: { ROOT_ACCESS_KEY_ID: credentials.accessKeyId, ROOT_SECRET_ACCESS_KEY: credentials.secretAccessKey },
    logFile: join(home, 'log'),
    // Any answer will do: without a signature it is a refusal.
    ready: async () => (await fetch(endpoint)).status > 0,
    deadlineMs: 20_000,
  });
  const stop = async () => {
    await server.stop();
    await rm(home, { recursive: true, force: true });
  };
  return { ...server, ...credentials, endpoint, bucket, folder, stop };
}
