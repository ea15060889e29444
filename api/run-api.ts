/** The API process: opens what it needs, listens, and ends in order. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { isIPv6 } from 'node:net';
import type { Logger } from 'pino';
import type { Client } from '@temporalio/client';
import { readSecret } from '../adapters/secrets.ts';
import type { Ports } from '../adapters/ports.ts';
import type { Config } from '../model/config/types.ts';
import { connectClient } from '../client/temporal.ts';
import { openPorts } from '../runtime/open-ports.ts';
import { createRoutes } from './routes/index.ts';
import { createApiServer } from './server.ts';
import { loadTokens } from './tokens.ts';

/** How long requests may take to end once the process is told to. */
const patienceMs = 5_000;

/** Runs the API until `signal` is aborted. @throws Refusal `ApiClosed`; an Error when the address is taken */
export async function runApi(config: Config, log: Logger, signal: AbortSignal): Promise<void> {
  // Refused before anything is opened.
  await loadTokens(config.api);
  const { client, close } = await connectClient(config);
  const world = openPorts(config, log);
  try {
    const api = await openApi(config, client, world, log);
    log.info({ address: api.address }, 'api listens');
    if (!signal.aborted) await once(signal, 'abort');
    await api.close();
  } finally {
    await world.close();
    await close();
  }
}

export interface OpenApi {
  /** `http://host:port`. */
  address: string;
  /** Ends streams at once and everything else within `patienceMs`. */
  close(): Promise<void>;
}

/** Listens, over whatever client and world it is given. @throws Refusal `ApiClosed` */
export async function openApi(config: Config, client: Client, ports: Ports, log: Logger): Promise<OpenApi> {
  const tokens = await loadTokens(config.api);
  const pagerdutySecrets = await Promise.all((config.api.hooks.pagerduty?.secrets ?? []).map(readSecret));
  const ending = new AbortController();
  const routes = createRoutes({ config, client, world: ports, pagerdutySecrets });
  const server = createApiServer({ routes, tokens, log, signal: ending.signal });
  const { host, port } = listenAddress(config.api.listen);
  server.listen(port, host);
  await once(server, 'listening');
  const { address, port: taken } = server.address() as AddressInfo;
  return {
    address: `http://${isIPv6(address) ? `[${address}]` : address}:${taken}`,
    async close() {
      const closed = once(server, 'close');
      server.close();
      ending.abort();
      const impatient = setTimeout(() => server.closeAllConnections(), patienceMs);
      await closed;
      clearTimeout(impatient);
    },
  };
}

/** `127.0.0.1:8780` or `[::1]:8780`; the schema has checked its form. */
function listenAddress(listen: string): { host: string; port: number } {
  const colon = listen.lastIndexOf(':');
  return { host: listen.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(listen.slice(colon + 1)) };
}
