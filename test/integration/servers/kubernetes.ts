/** A real API server on loopback for adapter tests: etcd and kube-apiserver, no controllers, no nodes. */
import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { cachePaths } from '../../../lab/layout.ts';
import type { ZoneConfig } from '../../../model/config/types.ts';

export interface TestKubernetes {
  url: string;
  port: number;
  token: string;
  /** A kubeconfig of the administrator, or of somebody with another token. */
  kubeconfig(token?: string): string;
  /** A zone's configuration that points here. */
  zone(changes?: Partial<ZoneConfig['kubernetes']>): ZoneConfig;
  /** A request to the API server beside the adapter under test. @throws for a status of 400 or more */
  raw(method: string, path: string, body?: unknown, contentType?: string): Promise<unknown>;
  /** Stops the API server's process without closing anything, as a hanging machine would. */
  freeze(): void;
  thaw(): void;
  stop(): Promise<void>;
}

const readyWithinMs = 60_000;

/** Ready in about 5 s. `crds`: whether the Flink operator's kinds are installed. */
export async function startKubernetes(options: { crds: boolean } = { crds: true }): Promise<TestKubernetes> {
  const dir = mkdtempSync(join(tmpdir(), 'az-escape-kubernetes-'));
  const [etcdPort, peerPort, port] = await freePorts(3);
  const token = `admin-${randomBytes(12).toString('hex')}`;
  const at = (name: string): string => join(dir, name);
  writeFileSync(at('tokens.csv'), `${token},admin,admin,"system:masters"\n`, { mode: 0o600 });
  execFileSync('openssl', ['genrsa', '-out', at('sa.key'), '2048'], { stdio: 'ignore' });
  execFileSync('openssl', ['rsa', '-in', at('sa.key'), '-pubout', '-out', at('sa.pub')], { stdio: 'ignore' });

  const client = `http://127.0.0.1:${etcdPort}`;
  const peer = `http://127.0.0.1:${peerPort}`;
  const etcd = start(dir, 'etcd', [
    ...['--data-dir', at('etcd'), '--unsafe-no-fsync', '--log-level', 'error'],
    ...['--listen-client-urls', client, '--advertise-client-urls', client],
    ...['--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer, '--initial-cluster', `default=${peer}`],
  ]);
  const apiServer = start(dir, 'kube-apiserver', [
    ...['--etcd-servers', client, '--secure-port', String(port), '--bind-address', '127.0.0.1'],
    ...['--cert-dir', at('pki'), '--token-auth-file', at('tokens.csv'), '--authorization-mode', 'RBAC'],
    ...['--service-account-issuer', 'https://test.invalid', '--service-account-key-file', at('sa.pub')],
    ...['--service-account-signing-key-file', at('sa.key'), '--service-cluster-ip-range', '10.255.0.0/24'],
    // Nobody makes service accounts here, and without them this plug-in refuses every pod.
    ...['--disable-admission-plugins', 'ServiceAccount'],
  ]);
  // A test run that ends by force must not leave servers behind. SIGKILL: an API server with watches takes a minute.
  const killNow = (): void => [apiServer, etcd].forEach((child) => child.kill('SIGKILL'));
  process.once('exit', killNow);

  const url = `https://127.0.0.1:${port}`;
  const ca = at('pki/apiserver.crt');
  const raw: TestKubernetes['raw'] = async (method, path, body, contentType = 'application/json') => {
    const { Agent, request } = await import('undici');
    const dispatcher = new Agent({ connect: { ca: readFileSync(ca) } });
    try {
      const answer = await request(url + path, {
        method: method as 'GET',
        dispatcher,
        headers: { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { 'content-type': contentType }) },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      const text = await answer.body.text();
      if (answer.statusCode >= 400) throw new Error(`${method} ${path}: ${answer.statusCode} ${text}`);
      return text.startsWith('{') ? JSON.parse(text) : text;
    } finally {
      await dispatcher.close();
    }
  };

  const kubeconfig = (as = token): string => {
    const path = at(`kubeconfig-${randomBytes(4).toString('hex')}`);
    const named = (kind: string, value: object): object[] => [{ name: 'test', [kind]: value }];
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: named('cluster', { server: url, 'certificate-authority': ca }),
      users: named('user', { token: as }),
      contexts: named('context', { cluster: 'test', user: 'test' }),
      'current-context': 'test',
    };
    writeFileSync(path, JSON.stringify(config), { mode: 0o600 });
    return path;
  };

  const server: TestKubernetes = {
    url,
    port: port!,
    token,
    kubeconfig,
    zone: (changes = {}) => testZone({ kubeconfig: changes.kubeconfig ?? kubeconfig(), ...changes }),
    raw,
    freeze: () => void apiServer.kill('SIGSTOP'),
    thaw: () => void apiServer.kill('SIGCONT'),
    async stop() {
      process.off('exit', killNow);
      killNow();
      await Promise.all([apiServer, etcd].map(ended));
      rmSync(dir, { recursive: true, force: true });
    },
  };
  try {
    await until('the API server is ready', [etcd, apiServer], dir, async () => (await raw('GET', '/readyz')) === 'ok');
    if (options.crds) await installCrds(server, dir, [etcd, apiServer]);
  } catch (error) {
    await server.stop();
    throw error;
  }
  return server;
}

function testZone(changes: Partial<ZoneConfig['kubernetes']> & { kubeconfig: string }): ZoneConfig {
  return {
    name: 'az-t',
    peer: 'az-u',
    kubernetes: { context: undefined, namespaces: ['default'], requestTimeoutMs: 10_000, ...changes },
    flinkRest: { via: 'service-proxy' },
    stores: {},
    overlay: {},
  };
}

async function installCrds(server: TestKubernetes, dir: string, children: ChildProcess[]): Promise<void> {
  const folder = join(cachePaths.operator('1.7.0'), 'crds');
  for (const file of readdirSync(folder)) {
    const crd = readFileSync(join(folder, file), 'utf8');
    await server.raw('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', crd, 'application/yaml');
  }
  const kind = '/apis/flink.apache.org/v1beta1/namespaces/default/flinkdeployments';
  await until('the kinds are served', children, dir, async () => (await server.raw('GET', kind)) !== undefined);
}

function start(dir: string, name: string, args: string[]): ChildProcess {
  const path = join(cachePaths.bin, name);
  if (!existsSync(path)) throw new Error(`${path} is missing. Build the lab's tools first: npm run lab -- up.`);
  const log = openSync(join(dir, `${name}.log`), 'a');
  return spawn(path, args, { stdio: ['ignore', log, log] });
}

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => child.once('exit', () => resolve()));
}

async function until(what: string, needed: ChildProcess[], dir: string, isSo: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + readyWithinMs;
  let last: unknown;
  while (performance.now() < deadline) {
    const gone = needed.find((child) => child.exitCode !== null || child.signalCode !== null);
    if (gone) throw new Error(`A server ended before ${what}; its log:\n${logTail(dir, gone)}`);
    try {
      if (await isSo()) return;
    } catch (error) {
      last = error;
    }
    await delay(100);
  }
  throw new Error(`Not within ${readyWithinMs} ms: ${what}.`, { cause: last });
}

function logTail(dir: string, child: ChildProcess): string {
  const name = child.spawnfile.split('/').at(-1);
  return readFileSync(join(dir, `${name}.log`), 'utf8')
    .split('\n')
    .slice(-15)
    .join('\n');
}

async function freePorts(count: number): Promise<number[]> {
  const held = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(
    held.map(
      (server) =>
        new Promise<number>((resolve, reject) => {
          server.once('error', reject);
          server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
        }),
    ),
  );
  await Promise.all(held.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
