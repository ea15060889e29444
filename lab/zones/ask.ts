/** Asks servers whether they serve, and waits until they do. */
import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';

/** An answer of an HTTP server. */
export interface Answer {
  status: number;
  body: string;
}

/** How to ask. */
export interface Question {
  method?: string;
  headers?: Readonly<Record<string, string>>;
  body?: string;
  /** Whole request; default 2,000. */
  timeoutMs?: number;
  /** File of the certificate authority; without it, https servers of the lab are taken as they are. */
  caFile?: string;
}

/**
 * One HTTP request on a connection of its own, so that nothing is left open.
 * @throws when there is no whole answer in time.
 */
export async function ask(url: string, question: Question = {}): Promise<Answer> {
  const timeoutMs = question.timeoutMs ?? 2_000;
  const ca = question.caFile === undefined ? undefined : readFileSync(question.caFile);
  return await new Promise((resolve, reject) => {
    const options = {
      method: question.method ?? 'GET',
      headers: { ...question.headers, connection: 'close' },
      agent: false as const,
      signal: AbortSignal.timeout(timeoutMs),
    };
    const request = url.startsWith('https:')
      ? https.request(url, { ...options, ...(ca ? { ca } : { rejectUnauthorized: false }) })
      : http.request(url, options);
    request.on('response', (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (text: string) => (body += text));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
      response.on('error', reject);
    });
    request.on('error', (error) =>
      reject(error.name === 'AbortError' ? new Error(`${url} gave no answer within ${timeoutMs / 1000} s`) : error),
    );
    request.end(question.body);
  });
}

/** Says what is missing until something is ready; undefined means ready. */
export type ReadyCheck = () => Promise<string | undefined>;

/** A check that a URL answers 200, and with this text if one is given. */
export function answersOk(url: string, question: Question = {}, text?: string): ReadyCheck {
  return async () => {
    const answer = await ask(url, question);
    if (answer.status !== 200) return `${url} answers ${answer.status}`;
    return text === undefined || answer.body.includes(text) ? undefined : `${url} does not say ${text} yet`;
  };
}

/** The check's answer now; what it throws is what is missing, and so is an answer that takes over `timeoutMs`. */
export async function missingNow(check: ReadyCheck, timeoutMs = 5_000): Promise<string | undefined> {
  const late = new AbortController();
  try {
    const tooLate = sleep(timeoutMs, `no answer within ${timeoutMs / 1000} s`, { signal: late.signal });
    tooLate.catch(() => {});
    return await Promise.race([check(), tooLate]);
  } catch (error) {
    return describeError(error);
  } finally {
    late.abort();
  }
}

/** What went wrong, in words: connection errors of Node carry theirs in parts. */
export function describeError(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return describeError(error.errors[0]);
  return error instanceof Error ? error.message || error.name : String(error);
}

/**
 * Polls a check until it is satisfied.
 * @param stopped tells why waiting is in vain (the process has ended), or undefined.
 * @throws after `deadlineMs`, or as soon as `stopped` says so, with what was missing last.
 */
export async function waitUntil(
  what: string,
  check: ReadyCheck,
  deadlineMs: number,
  stopped: () => string | undefined = () => undefined,
): Promise<void> {
  const deadline = Date.now() + deadlineMs;
  let pauseMs = 50;
  for (;;) {
    const missing = await missingNow(check);
    if (missing === undefined) return;
    const reason = stopped();
    if (reason !== undefined) throw new Error(`${what}: ${reason}`);
    if (Date.now() > deadline) throw new Error(`${what} is not ready after ${deadlineMs / 1000} s: ${missing}`);
    await sleep(pauseMs);
    pauseMs = Math.min(pauseMs * 1.3, 300);
  }
}
