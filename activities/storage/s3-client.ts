/** The connection to an S3 server: time limits, retries, credentials. */
import { S3Client } from '@aws-sdk/client-s3';
import type { S3StoreConfig, SecretSource } from '../../model/config/types.ts';

/**
 * Nothing may hang on a store: these bound a call without a signal to about 30 s, retry included. Calls whose result somebody waits
 * for bring a shorter deadline of their own.
 */
const connectTimeoutMs = 2_000;
/** From the request to the answer's headers. The objects that go through here are small. */
const answerTimeoutMs = 10_000;
/** Without a byte in either direction. */
const silenceTimeoutMs = 10_000;
/** More connections than this only queue in the one thread that parses the answers. */
const maxConnections = 64;

/** Credentials are read again after this time, so that a rotated secret needs no restart. */
const credentialsKeptMs = 5 * 60_000;

const silent = { trace() {}, debug() {}, info() {}, warn() {}, error() {} };

export interface S3Clients {
  /** Tries a second time after a failure that may pass; more retries are the caller's. */
  repeating: S3Client;
  /** Tries once: for requests whose repeat would be answered differently. */
  once: S3Client;
  close(): void;
}

/**
 * The clients of one store, with one pool of connections between them. Opens no connection and reads no secret yet.
 */
export function createS3Clients(config: S3StoreConfig, secrets: (source: SecretSource) => Promise<string>): S3Clients {
  const common = {
    endpoint: config.endpoint,
    region: config.region,
    forcePathStyle: config.forcePathStyle,
    credentials: async () => ({
      accessKeyId: await secrets(config.accessKeyId),
      secretAccessKey: await secrets(config.secretAccessKey),
      expiration: new Date(Date.now() + credentialsKeptMs),
    }),
    // The default sends CRC32 trailers that servers other than AWS may refuse, and checking answers costs a third more.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    // The SDK logs to the console by itself; failures are ours to tell.
    logger: silent,
  } as const;
  const repeating = new S3Client({
    ...common,
    maxAttempts: 2,
    requestHandler: {
      connectionTimeout: connectTimeoutMs,
      requestTimeout: answerTimeoutMs,
      // Without this the SDK only warns.
      throwOnRequestTimeout: true,
      socketTimeout: silenceTimeoutMs,
      httpAgent: { keepAlive: true, maxSockets: maxConnections },
      httpsAgent: { keepAlive: true, maxSockets: maxConnections },
      logger: silent,
    },
  });
  const once = new S3Client({ ...common, maxAttempts: 1, requestHandler: repeating.config.requestHandler });
  return {
    repeating,
    once,
    close: () => {
      once.destroy();
      repeating.destroy();
    },
  };
}
