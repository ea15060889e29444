/** Requests by the ten thousand to one API server: few connections, kept, and nothing done twice for each call. */
import { readFileSync } from 'node:fs';
import { KubeConfig } from '@kubernetes/client-node';
import { Agent, type Dispatcher, request } from 'undici';

export interface ApiAnswer {
  status: number;
  body: string;
}

/** An API server as one user sees it. */
export interface PodApi {
  /** @throws when there is no whole answer within 30 s */
  send(method: Dispatcher.HttpMethod, path: string, body?: unknown, contentType?: string): Promise<ApiAnswer>;
  /** The body as it comes, for watches: no deadline but `signal`. @throws for another status than 200 */
  stream(path: string, accept: string, signal: AbortSignal): Promise<AsyncIterable<string>>;
  close(): Promise<void>;
}

const deadlineMs = 30_000;

/** As many as are worth it: an API server on the same cores answers no faster to more. */
const connections = 64;

/**
 * By a kubeconfig whose user has a token and whose cluster names a file of its certificate, as the lab's have.
 * @throws for any other kubeconfig
 */
export function openPodApi(kubeconfig: string): PodApi {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const [cluster, user] = [config.getCurrentCluster(), config.getCurrentUser()];
  if (!cluster?.caFile || !user?.token) throw new Error(`${kubeconfig} has no token or no certificate-authority file.`);
  const authorization = `Bearer ${user.token}`;
  const connect = { ca: readFileSync(cluster.caFile) };
  const dispatcher = new Agent({ connections, connect, allowH2: false });
  // A watch holds its connection; it must not take one from the posts, nor end for want of events.
  const streams = new Agent({ connect, allowH2: false, bodyTimeout: 0 });
  return {
    async send(method, path, body, contentType = 'application/json') {
      const answer = await request(cluster.server + path, {
        method,
        dispatcher,
        headers: { authorization, ...(body === undefined ? {} : { 'content-type': contentType }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(deadlineMs),
      });
      return { status: answer.statusCode, body: await answer.body.text() };
    },
    async stream(path, accept, signal) {
      const headers = { authorization, accept };
      const answer = await request(cluster.server + path, { dispatcher: streams, headers, signal });
      if (answer.statusCode === 200) return answer.body.setEncoding('utf8') as AsyncIterable<string>;
      throw new Error(`GET ${path}: ${answer.statusCode} ${(await answer.body.text()).slice(0, 200)}`);
    },
    async close() {
      await Promise.all([dispatcher.destroy(), streams.destroy()]);
    },
  };
}
