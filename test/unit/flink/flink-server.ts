/** An HTTP server that answers as recorded: stands in for a JobManager's REST. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface FlinkServer {
  url: string;
  port: number;
  /** Requests so far: "GET /jobs". */
  asked: { line: string; body: unknown }[];
  /** By "METHOD /path" without query. A function may hold its answer back. */
  answers: Map<string, { status: number; body: unknown } | (() => Promise<never>)>;
  close(): Promise<void>;
}

export async function startFlinkServer(host = '127.0.0.1'): Promise<FlinkServer> {
  const asked: FlinkServer['asked'] = [];
  const answers: FlinkServer['answers'] = new Map();
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const line = `${request.method} ${request.url!.split('?')[0]}`;
    asked.push({ line: `${request.method} ${request.url}`, body: text === '' ? undefined : JSON.parse(text) });
    const found = answers.get(line);
    const answer = typeof found === 'function' ? await found() : (found ?? notFound(line));
    response.writeHead(answer.status, { 'content-type': 'application/json; charset=UTF-8' });
    response.end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body));
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${host}:${port}`,
    port,
    asked,
    answers,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Flink's own answer to a path it does not serve. */
function notFound(line: string): { status: number; body: unknown } {
  return { status: 404, body: { errors: [`Not found: ${line.split(' ')[1]}`] } };
}
