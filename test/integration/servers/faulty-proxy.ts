/** A proxy in front of an API server that answers some of the calls badly by itself, before or after they took effect. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent, request, type Dispatcher } from 'undici';
import { draw } from '../../../lab/fleet/draw.ts';
import type { TestKubernetes } from './kubernetes.ts';

export interface FaultyProxy {
  /** A kubeconfig that goes through it. */
  kubeconfig: string;
  /** Calls that passed, and those that were answered badly, so far. */
  counts: { passed: number; refused: number };
  stop(): Promise<void>;
}

/** `share` of the calls meet 429, 503, or 500 after they took effect; which, follows from the seed. */
export async function startFaultyProxy(kubernetes: TestKubernetes, share: number, seed: number): Promise<FaultyProxy> {
  const dir = mkdtempSync(join(tmpdir(), 'az-escape-proxy-'));
  const admin = JSON.parse(readFileSync(kubernetes.kubeconfig(), 'utf8')) as {
    clusters: {
      cluster: { server: string; 'certificate-authority'?: string; 'insecure-skip-tls-verify'?: boolean };
    }[];
  };
  const cluster = admin.clusters[0]!.cluster;
  const dispatcher = new Agent({ connections: 32, connect: { ca: readFileSync(cluster['certificate-authority']!) } });
  const counts = { passed: 0, refused: 0 };
  const server = createServer((incoming, response) => {
    const answer = (status: number, body: string, headers: Record<string, string> = {}) =>
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
    const pass = async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of incoming) chunks.push(chunk as Buffer);
      const fate = draw(seed, counts.passed + counts.refused) / share;
      counts[fate < 1 ? 'refused' : 'passed'] += 1;
      if (fate < 1 / 3) return answer(429, statusOf(429, 'TooManyRequests'), { 'retry-after': '1' });
      if (fate < 2 / 3) return answer(503, statusOf(503, 'ServiceUnavailable'));
      const { host: _, connection: __, 'content-length': ___, ...headers } = incoming.headers;
      const real = await request(kubernetes.url + incoming.url, {
        method: incoming.method as Dispatcher.HttpMethod,
        headers: headers as Record<string, string>,
        ...(chunks.length > 0 ? { body: Buffer.concat(chunks) } : {}),
        dispatcher,
      });
      const body = await real.body.text();
      return fate < 1 ? answer(500, statusOf(500, 'InternalError')) : answer(real.statusCode, body);
    };
    pass().catch((error: unknown) => answer(502, String(error)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cluster.server = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  delete cluster['certificate-authority'];
  // Without it the Kubernetes library sends no token by plain HTTP.
  cluster['insecure-skip-tls-verify'] = true;
  const kubeconfig = join(dir, 'kubeconfig');
  writeFileSync(kubeconfig, JSON.stringify(admin), { mode: 0o600 });
  return {
    kubeconfig,
    counts,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await dispatcher.destroy();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function statusOf(code: number, reason: string): string {
  return JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message: 'by the test' });
}
