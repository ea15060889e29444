/** One HTTP exchange that cannot hang and cannot flood memory: the base of every adapter that speaks REST. */
import type { Dispatcher } from 'undici';
import { request as send } from 'undici';
import { after, type Clock } from './clock.ts';
import { OutsideFailure } from './failure.ts';

export interface BoundedRequest {
  /** As in `OutsideFailure.system`: "kubernetes az-b". */
  system: string;
  /** What is being done, for sentences: "GET pods of default/orders". */
  what: string;
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  url: string;
  headers?: Record<string, string>;
  body?: string;
  /** Bound on everything from the wait for a connection to the last byte of the answer. */
  timeoutMs: number;
  /** A longer answer is refused as `TooLarge`. */
  maxAnswerBytes?: number;
  dispatcher: Dispatcher;
  clock: Clock;
  /** Aborting it rejects with its own reason, which is no failure of the other side. */
  signal?: AbortSignal | undefined;
}

export interface BoundedAnswer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

const defaultMaxAnswerBytes = 64 * 1024 * 1024;

/**
 * Sends it and reads the whole answer, whatever its status. Redirects are not followed: none of the systems behind
 * this needs them, and a followed one would carry credentials elsewhere.
 *
 * @throws OutsideFailure `Unreachable` without a complete answer in time, `TooLarge`; or the reason of `signal`
 */
export async function boundedRequest(asked: BoundedRequest): Promise<BoundedAnswer> {
  asked.signal?.throwIfAborted();
  // Not AbortSignal.any: one signal lives as long as an activity, and the combined ones pile up on it.
  const stop = new AbortController();
  const onAbort = (): void => stop.abort(asked.signal?.reason);
  asked.signal?.addEventListener('abort', onAbort, { once: true });
  let late = false;
  using _ = after(asked.clock, asked.timeoutMs, () => {
    late = true;
    stop.abort();
  });
  // undici heeds its signal only once there is a connection, so a hanging handshake is left behind by this race.
  const stopped = new Promise<never>((_, reject) => stop.signal.addEventListener('abort', () => reject(abandoned)));
  try {
    return await Promise.race([exchange(asked, stop.signal), stopped]);
  } catch (error) {
    if (error instanceof OutsideFailure) throw error;
    if (asked.signal?.aborted) throw asked.signal.reason;
    const why = late ? `no complete answer within ${asked.timeoutMs} ms` : networkReason(error);
    const sentence = `${asked.system}: ${asked.what} failed: ${why}.`;
    throw new OutsideFailure('Unreachable', asked.system, sentence, error === abandoned ? {} : { cause: error });
  } finally {
    asked.signal?.removeEventListener('abort', onAbort);
  }
}

const abandoned = new Error('given up');

async function exchange(asked: BoundedRequest, signal: AbortSignal): Promise<BoundedAnswer> {
  const answer = await send(asked.url, {
    method: asked.method,
    dispatcher: asked.dispatcher,
    signal,
    ...(asked.headers === undefined ? {} : { headers: asked.headers }),
    ...(asked.body === undefined ? {} : { body: asked.body }),
  });
  const body = await readWithin(answer.body, asked.maxAnswerBytes ?? defaultMaxAnswerBytes, asked);
  return { status: answer.statusCode, headers: answer.headers, body };
}

async function readWithin(body: Dispatcher.ResponseData['body'], max: number, asked: BoundedRequest): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    const bytes = chunk as Buffer;
    size += bytes.length;
    if (size > max) {
      const sentence = `${asked.system}: ${asked.what} was answered with more than ${max} bytes, which is not read.`;
      throw new OutsideFailure('TooLarge', asked.system, sentence);
    }
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Why there was no connection, in words. With several addresses tried, Node hides the reasons in an AggregateError. */
export function networkReason(error: unknown): string {
  const inner = error instanceof AggregateError ? error.errors[0] : error;
  if (!(inner instanceof Error)) return String(inner);
  const code = (inner as NodeJS.ErrnoException).code;
  if (inner.message === '') return code ?? inner.name;
  return code !== undefined && !inner.message.includes(code) ? `${inner.message} (${code})` : inner.message;
}
