/** A real S3 server of one's own: versitygw over a temporary folder. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cachePaths } from '../../../lab/layout.ts';
import type { S3StoreConfig } from '../../../model/config/types.ts';
import { freePorts, startServer, type ServerProcess } from './process.ts';

export interface S3Server extends ServerProcess {
  endpoint: string;
  accessKeyId: string;
  secretAccessKey: string;
  bucket: string;
  /** Folder that holds the bucket's objects, each as a file. */
  folder: string;
}

/** Under which names of the environment a store's configuration expects the credentials of the server. */
export const s3Secrets = { accessKeyId: 'AZ_ESCAPE_TEST_S3_ID', secretAccessKey: 'AZ_ESCAPE_TEST_S3_KEY' } as const;

/** The store below a prefix of the server's bucket, as a configuration has it. */
export function s3StoreOn(server: Pick<S3Server, 'endpoint' | 'bucket'>, prefix: string): S3StoreConfig {
  return {
    type: 's3',
    endpoint: server.endpoint,
    region: 'us-east-1',
    bucket: server.bucket,
    prefix,
    forcePathStyle: true,
    accessKeyId: { env: s3Secrets.accessKeyId },
    secretAccessKey: { env: s3Secrets.secretAccessKey },
    flinkSchemes: { inZone: 's3a', fromPeer: 's3p' },
    flinkConfiguration: {},
  };
}

/** All servers have the same credentials, which come by environment as they do to a worker. */
export function setS3Secrets(server: Pick<S3Server, 'accessKeyId' | 'secretAccessKey'>): void {
  process.env[s3Secrets.accessKeyId] = server.accessKeyId;
  process.env[s3Secrets.secretAccessKey] = server.secretAccessKey;
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
