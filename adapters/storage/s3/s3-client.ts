/** The connection to an S3 server: time limits, retries, credentials. */
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { S3Client } from '@aws-sdk/client-s3';
import type { S3StoreConfig, SecretSource } from '../../../model/config/types.ts';
import type { Clock } from '../../clock.ts';
import { patience } from '../stall-watch.ts';

/**
 * Nothing may hang on a store: these bound a call without a signal to about 30 s, retry included, where it sends no
 * more than a few kilobytes. Calls whose result somebody waits for bring a shorter deadline of their own.
 */
const connectTimeoutMs = 2_000;
/** From the request to the answer's headers. */
const answerTimeoutMs = 10_000;
/** Without a byte in either direction: for the bodies of answers. What is sent has the time-out above. */
const silenceTimeoutMs = 120_000;
/** More connections than this only queue in the one thread that parses the answers. */
const maxConnections = 64;

/** Credentials are read again after this time, so that a rotated secret needs no restart. */
const credentialsKeptMs = 60_000;

/** What expires sooner than this the SDK asks for anew with each request (`EXPIRATION_MS` of @smithy/core). */
const renewedBeforeExpiryMs = 5 * 60_000;

const silent = { trace() {}, debug() {}, info() {}, warn() {}, error() {} };

export interface S3Clients {
  /** Tries a second time after a failure that may pass; more retries are the caller's. */
  repeating: S3Client;
  /** Tries once: for requests whose repeat would be answered differently. */
  once: S3Client;
  /** Like `repeating`, but leaves it to the reader of an answer's body to notice that it stalls. */
  reading: S3Client;
  close(): void;
}

/**
 * The clients of one store, with one pool of connections between them. Opens no connection and reads no secret yet.
 */
export function createS3Clients(
  config: S3StoreConfig,
  secrets: (source: SecretSource) => Promise<string>,
  clock: Clock,
): S3Clients {
  const common = {
    endpoint: config.endpoint,
    region: config.region,
    forcePathStyle: config.forcePathStyle,
    credentials: async () => ({
      accessKeyId: await secrets(config.accessKeyId),
      secretAccessKey: await secrets(config.secretAccessKey),
      expiration: new Date(clock.now() + renewedBeforeExpiryMs + credentialsKeptMs),
    }),
    // The default sends CRC32 trailers that servers other than AWS may refuse, and checking answers costs a third more.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    // It would take a connection of its own for every part of an upload.
    expectContinueHeader: false,
    // The SDK logs to the console by itself; failures are ours to tell.
    logger: silent,
  } as const;
  const handler = {
    connectionTimeout: connectTimeoutMs,
    requestTimeout: answerTimeoutMs,
    // Without this the SDK only warns.
    throwOnRequestTimeout: true,
    httpAgent: new HttpAgent({ keepAlive: true, maxSockets: maxConnections }),
    httpsAgent: new HttpsAgent({ keepAlive: true, maxSockets: maxConnections }),
    logger: silent,
  };
  const requestHandler = { ...handler, socketTimeout: silenceTimeoutMs };
  const repeating = new S3Client({ ...common, maxAttempts: 2, requestHandler });
  const once = new S3Client({ ...common, maxAttempts: 1, requestHandler: repeating.config.requestHandler });
  // A body that is not read, because what it is copied to is slower, makes its connection silent as well.
  const reading = new S3Client({ ...common, maxAttempts: 2, requestHandler: { ...handler, socketTimeout: 0 } });
  // It prepares each request and answer for the log, whoever listens.
  for (const client of [repeating, once, reading]) client.middlewareStack.remove('loggerMiddleware');
  return {
    repeating,
    once,
    reading,
    close: () => {
      once.destroy();
      repeating.destroy();
      reading.destroy();
    },
  };
}

/**
 * How long a request may take that sends so many bytes: the SDK's time-out for an answer begins with the sending, which
 * on a slow link takes most of the time. Whether bytes still move cannot be seen: the system takes a whole part of an
 * upload at once.
 */
export function sendTimeoutMs(bytes: number): number {
  return answerTimeoutMs + (bytes / patience.leastBytesPerSecond) * 1000;
}
