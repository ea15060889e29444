/**
 * One listener that is the Flink REST of every simulated job. Which job is asked for is told by the way: by URL it is
 * in the path, `/<namespace>/<job>/jobs`; by the API server's service proxy, which takes its own part of the path off,
 * it is in the header that the proxy puts in: `/api/v1/namespaces/<namespace>/services/<job>-rest:8081/proxy/jobs`.
 */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { JobRef } from '../../model/job/job.ts';
import type { RestAnswer } from './rest-answers.ts';
import type { RestRequest } from './rest-routes.ts';

export type AnswerJob = (job: JobRef, request: RestRequest) => RestAnswer;

/** Listens on `host` and `port` (0 takes a free one); `about` is what it says to who asks for no job. Answers with its port and how to end it. */
export async function serveRest(
  { host, port }: { host: string; port: number },
  answer: AnswerJob,
  about: () => unknown,
): Promise<{ port: number; close(): Promise<void> }> {
  const server: Server = createServer((request, response) => {
    const asked = askedOf(request);
    bodyOf(request).then(
      (body) => {
        const { status, body: told } = asked ? answer(asked.job, { ...asked, body }) : { status: 200, body: about() };
        const text = typeof told === 'string' ? told : JSON.stringify(told);
        const type = typeof told === 'string' ? 'text/plain' : 'application/json';
        response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(text) }).end(text);
      },
      () => response.destroy(),
    );
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Undefined where there is none. @throws SyntaxError for what is no JSON */
async function bodyOf(request: IncomingMessage): Promise<unknown> {
  if (request.method !== 'POST') {
    request.resume();
    return undefined;
  }
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  return text === '' ? undefined : (JSON.parse(text) as unknown);
}

function askedOf(request: IncomingMessage): { job: JobRef; method: string; path: string } | undefined {
  const url = request.url ?? '/';
  const method = request.method ?? 'GET';
  const forwarded = request.headers['x-forwarded-uri'];
  if (typeof forwarded === 'string') {
    const [, namespace, name] = /\/namespaces\/([^/]+)\/services\/([^/:]+)-rest(?::|\/)/.exec(forwarded) ?? [];
    return namespace && name ? { job: { namespace, name }, method, path: url } : undefined;
  }
  const [, namespace, name, ...rest] = url.split('/');
  return namespace && name ? { job: { namespace, name }, method, path: `/${rest.join('/')}` } : undefined;
}
