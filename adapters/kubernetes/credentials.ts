/**
 * How a zone's API server is addressed: from a kubeconfig to an origin, headers and ONE connection pool. The Kubernetes
 * client library reads kubeconfigs and runs their authentication (tokens, certificates, exec plugins, proxies); the
 * requests themselves go over our pool, because the library opens a new TLS connection for each request.
 */
import { createHash } from 'node:crypto';
import type { KubeConfig } from '@kubernetes/client-node';
import type { buildConnector, Dispatcher } from 'undici';
import { Agent, ProxyAgent } from 'undici';
import type { ZoneConfig } from '../../model/config/types.ts';
import type { Clock } from '../clock.ts';
import { OutsideFailure } from '../failure.ts';

export interface Access {
  /** Without a slash at the end. */
  origin: string;
  headers: Record<string, string>;
  dispatcher: Dispatcher;
}

export interface Credentials {
  /**
   * Cheap when called often: asks the kubeconfig's authentication again only now and then.
   * @throws OutsideFailure `Invalid` for a kubeconfig that cannot be read or misses its context
   */
  current(): Promise<Access>;
  /** After a 401: reads everything again. False if what there is was just read, so that a repeat is pointless. */
  renew(): boolean;
  close(): Promise<void>;
}

/** A token in a file or from a plugin may change; the library itself keeps file tokens for a minute. */
const freshMs = 20_000;

/** A zone that is gone must be noticed quickly; a TLS handshake on a loaded API server takes far less than this. */
const connectTimeoutMs = 3_000;

/** Enough to keep an API server busy; more connections only queue there instead of here. */
const connections = 16;

const pool = {
  connections,
  // The API server closes idle connections after 90 s; leaving first avoids a request into a closing one.
  keepAliveTimeout: 30_000,
  // One stream a connection: HTTP/2 would put every request, and every stall, on the same one.
  allowH2: false,
  pipelining: 1,
} as const;

export function openCredentials(config: ZoneConfig['kubernetes'], system: string, clock: Clock): Credentials {
  let access: { value: Access; tls: string; at: number } | undefined;
  let loading: Promise<Access> | undefined;
  let closed = false;

  async function load(): Promise<Access> {
    const read = await readKubeconfig(config, system);
    // A pool is thrown away only when a certificate changed, not at each look.
    const unchanged = access?.tls === read.tls;
    const dispatcher = unchanged ? access!.value.dispatcher : read.openPool();
    // Requests under way end on the old pool; close() waits for them.
    if (access && !unchanged) void access.value.dispatcher.close().catch(() => {});
    access = {
      value: { origin: read.origin, headers: read.headers, dispatcher },
      tls: read.tls,
      at: clock.now(),
    };
    return access.value;
  }

  return {
    async current() {
      if (closed) throw new OutsideFailure('Invalid', system, `${system}: this connection was closed.`);
      if (access && clock.now() - access.at < freshMs) return access.value;
      loading ??= load().finally(() => (loading = undefined));
      return loading;
    },
    renew() {
      if (!access || clock.now() - access.at < 1_000) return false;
      access.at = -Infinity;
      return true;
    },
    async close() {
      closed = true;
      await access?.value.dispatcher.destroy();
    },
  };
}

interface ReadKubeconfig {
  origin: string;
  headers: Record<string, string>;
  /** Changes when another pool is needed. */
  tls: string;
  openPool(): Dispatcher;
}

async function readKubeconfig(config: ZoneConfig['kubernetes'], system: string): Promise<ReadKubeconfig> {
  // Loaded late: the library's models take long to import, and many commands ask no cluster anything.
  const library = await import('@kubernetes/client-node');
  const kubeconfig = new library.KubeConfig();
  const refuse = (why: string): OutsideFailure =>
    new OutsideFailure('Invalid', system, `${system}: the kubeconfig ${config.kubeconfig} ${why}`);
  try {
    kubeconfig.loadFromFile(config.kubeconfig);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    // A parser's message may quote the file, and the file holds secrets: only a system error's code is told.
    throw refuse(code ? `cannot be read (${code}).` : 'is not a kubeconfig in YAML.');
  }
  if (config.context !== undefined) kubeconfig.setCurrentContext(config.context);
  const cluster = kubeconfig.getCurrentCluster();
  if (!cluster) throw refuse(`has no context "${kubeconfig.getCurrentContext()}" with a cluster.`);

  let tls = '';
  let openPool = (): Dispatcher => new Agent(pool);
  // The library's only way to be given a dispatcher is this method, private in its types.
  (kubeconfig as unknown as { createDispatcher: (...of: CreateDispatcherArguments) => undefined }).createDispatcher = (
    ...of
  ) => {
    const options = kubeconfig.createDispatcherOptions(...of);
    tls = createHash('sha256').update(JSON.stringify(options)).digest('hex');
    openPool = () => poolOf(options, refuse);
    return undefined;
  };
  const context = new library.RequestContext(cluster.server, library.HttpMethod.GET);
  try {
    await kubeconfig.applySecurityAuthentication(context);
  } catch (error) {
    throw new OutsideFailure('Unauthorized', system, `${refuse('gives no credentials').message}: ${nameOf(error)}.`);
  }
  return { origin: cluster.server.replace(/\/+$/, ''), headers: context.getHeaders(), tls, openPool };
}

type CreateDispatcherArguments = Parameters<KubeConfig['createDispatcherOptions']>;
type DispatcherOptions = ReturnType<KubeConfig['createDispatcherOptions']>;

function poolOf(options: DispatcherOptions, refuse: (why: string) => OutsideFailure): Dispatcher {
  switch (options.type) {
    case 'agent':
      return new Agent({ ...pool, connect: bounded(options.connect) });
    case 'proxy':
      return new ProxyAgent({ ...pool, uri: options.uri, requestTls: bounded(options.requestTls) });
    case 'none':
      return new Agent({ ...pool, connect: bounded({}) });
    default:
      throw refuse('asks for a SOCKS proxy, which is not supported. Use an HTTP proxy, or none.');
  }
}

/** The library types its options with Node's, undici with its own; they are the same at run time. */
function bounded(connect: object): buildConnector.BuildOptions {
  return { ...connect, timeout: connectTimeoutMs };
}

/** What went wrong without its details: an exec plugin's error may hold what it printed. */
function nameOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  return code ?? (error instanceof Error ? error.name : 'unknown error');
}
