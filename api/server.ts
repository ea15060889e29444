/** The HTTP server: lets a request in, hands it to its route, writes the answer and a line of the log. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Logger } from 'pino';
import { Refusal } from '../client/client.ts';
import { readBody, requireJson } from './body.ts';
import { HttpRefusal, problemOf } from './problem.ts';
import type { Answer, Call, Caller, Route } from './route.ts';
import { matchRoute } from './router.ts';
import { decide, type KnownToken } from './tokens.ts';

export interface ServerOptions {
  routes: readonly Route[];
  tokens: readonly KnownToken[];
  log: Logger;
  /** Ends what streams; the server itself is closed by its owner. */
  signal: AbortSignal;
}

/** Every connection may hold a stream of events, which asks Temporal each second. */
const connectionsAtMost = 500;

export function createApiServer(options: ServerOptions): Server {
  // Headers, then the whole request: whoever dawdles is cut off with 408.
  const limits = { headersTimeout: 5_000, requestTimeout: 10_000, connectionsCheckingInterval: 1_000 };
  const server = createServer(limits, (request, response) => void serve(request, response, options));
  server.maxConnections = connectionsAtMost;
  return server;
}

/** Never rejects: whatever goes wrong is an answer, or the caller is gone. */
async function serve(request: IncomingMessage, response: ServerResponse, options: ServerOptions): Promise<void> {
  const startedMs = performance.now();
  const { method = 'GET' } = request;
  // The query is cut off before anything can log it: people put secrets there.
  const path = (request.url ?? '/').split(/[?#]/)[0]!;
  const fields: Record<string, unknown> = { method, path: path.slice(0, 200) };
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const signal = AbortSignal.any([gone.signal, options.signal]);
  try {
    await write(response, await answer(request, path, options, fields, signal));
  } catch (error) {
    refuse(request, response, options.log, fields, error);
  }
  // A caller that hung up, or was cut off for dawdling, never saw a status.
  const end = request.socket.destroyed && !response.writableFinished ? { gone: true } : { status: response.statusCode };
  options.log.info({ ...fields, ...end, ms: Math.round(performance.now() - startedMs) }, 'request');
}

function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  log: Logger,
  fields: Record<string, unknown>,
  error: unknown,
): void {
  if (request.socket.destroyed) return;
  const problem = problemOf(error);
  fields['code'] = problem.body.code;
  if (!(error instanceof Refusal)) log.error({ ...fields, err: error }, 'no answer');
  if (response.headersSent) response.destroy();
  else writeJson(response, problem.status, problem.body, problem.headers);
}

async function answer(
  request: IncomingMessage,
  path: string,
  options: ServerOptions,
  fields: Record<string, unknown>,
  signal: AbortSignal,
): Promise<Answer> {
  const match = matchRoute(options.routes, request.method ?? 'GET', path);
  if (match.kind === 'nothing') throw new Refusal('NoSuchPath', 'there is nothing under this path');
  if (match.kind === 'wrong-method') {
    const headers = { allow: match.allowed.join(', ') };
    throw new HttpRefusal('NoSuchPath', `this path takes ${headers.allow} only`, { status: 405, headers });
  }
  const { route, params } = match;
  // Before the body is looked at: strangers are not worth reading.
  const caller = letIn(route, request, options.tokens);
  Object.assign(fields, { by: caller.name, ...params });
  let body: Call['body'] = Buffer.alloc(0);
  if (route.body && !hasBody(request)) body = Buffer.from('{}');
  else if (route.body) {
    requireJson(request.headers['content-type']);
    body = await readBody(request);
  }
  const note = (more: Record<string, unknown>) => void Object.assign(fields, more);
  return route.handle({ params, headers: request.headers, body, caller, signal, note });
}

/** Without a body every field is left out, which a request with nothing but headers may mean. */
function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

function letIn(route: Route, request: IncomingMessage, tokens: readonly KnownToken[]): Caller {
  if (route.access === 'anybody') return { name: 'anybody' };
  if (route.access === 'signature') return { name: 'pagerduty' };
  const decision = decide(tokens, request.headers.authorization, route.access);
  if (decision.kind === 'let-in') return decision;
  if (decision.kind === 'role-too-small') throw new Refusal('RoleTooSmall', decision.sentence);
  throw new HttpRefusal('UnknownCaller', decision.sentence, { headers: { 'www-authenticate': 'Bearer' } });
}

async function write(response: ServerResponse, given: Answer): Promise<void> {
  if (!('events' in given)) return writeJson(response, given.status, given.body, {});
  // The last header keeps nginx from holding events back.
  response.writeHead(200, { ...always, 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' });
  await pipeline(Readable.from(given.events), response);
}

const always = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };

function writeJson(response: ServerResponse, status: number, body: unknown, headers: Record<string, string>): void {
  const text = `${JSON.stringify(body)}\n`;
  const length = { 'content-length': Buffer.byteLength(text) };
  response.writeHead(status, { ...always, ...headers, ...length, 'content-type': 'application/json' });
  response.end(text);
}
