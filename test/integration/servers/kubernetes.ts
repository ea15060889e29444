/** A real API server on loopback for adapter tests: etcd and kube-apiserver, no controllers, no nodes. */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import { cachePaths } from '../../../lab/layout.ts';
import type { ZoneConfig } from '../../../model/config/types.ts';
import { freePorts, startServer, until } from './process.ts';
import type { ServerProcess } from './process.ts';

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
  freeze(): Promise<void>;
  thaw(): void;
  /** SIGKILL of the API server; etcd keeps what it held. */
  killApiServer(): Promise<void>;
  /** Starts it again on its port, and waits until it serves. */
  restartApiServer(): Promise<void>;
  /** Pids by the name of the program. */
  pids: Record<string, number>;
  stop(): Promise<void>;
}

export interface KubernetesOptions {
  /** Whether the Flink operator's kinds are installed. */
  crds: boolean;
  /** Admission plug-ins to leave out, beside the one that wants service accounts. */
  withoutAdmission?: readonly string[];
  /** For tens of thousands of objects: etcd may grow, and memory is spent where it saves CPU. */
  large?: boolean;
}

const readyWithinMs = 60_000;

/** Go collects garbage a quarter as often as by default. */
const spendMemory = { env: { GOGC: '400' } };

/** Ready in about 5 s. */
export async function startKubernetes(options: KubernetesOptions = { crds: true }): Promise<TestKubernetes> {
  const dir = mkdtempSync(join(tmpdir(), 'az-escape-kubernetes-'));
  const [etcdPort, peerPort, port] = await freePorts(3);
  const token = `admin-${randomBytes(12).toString('hex')}`;
  const at = (name: string): string => join(dir, name);
  writeFileSync(at('tokens.csv'), `${token},admin,admin,"system:masters"\n`, { mode: 0o600 });
  execFileSync('openssl', ['genrsa', '-out', at('sa.key'), '2048'], { stdio: 'ignore' });
  execFileSync('openssl', ['rsa', '-in', at('sa.key'), '-pubout', '-out', at('sa.pub')], { stdio: 'ignore' });

  const client = `http://127.0.0.1:${etcdPort}`;
  const peer = `http://127.0.0.1:${peerPort}`;
  const etcd = await startServer({
    command: tool('etcd'),
    args: optionsOf({
      'data-dir': at('etcd'),
      'log-level': 'error',
      'listen-client-urls': client,
      'advertise-client-urls': client,
      'listen-peer-urls': peer,
      'initial-advertise-peer-urls': peer,
      'initial-cluster': `default=${peer}`,
      'unsafe-no-fsync': 'true',
      ...(options.large ? { 'quota-backend-bytes': String(8 * 2 ** 30), 'snapshot-count': '50000' } : {}),
    }),
    ...(options.large ? spendMemory : {}),
    logFile: at('etcd.log'),
    ready: async () => (await fetch(`${client}/health`)).ok,
    deadlineMs: readyWithinMs,
  });

  const url = `https://127.0.0.1:${port}`;
  const ca = at('pki/apiserver.crt');
  const raw: TestKubernetes['raw'] = async (method, path, body, contentType = 'application/json') => {
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

  const startApiServer = (): Promise<ServerProcess> =>
    startServer({
      command: tool('kube-apiserver'),
      args: optionsOf({
        'etcd-servers': client,
        'secure-port': String(port),
        'bind-address': '127.0.0.1',
        'cert-dir': at('pki'),
        'token-auth-file': at('tokens.csv'),
        'authorization-mode': 'RBAC',
        'service-account-issuer': 'https://test.invalid',
        'service-account-key-file': at('sa.pub'),
        'service-account-signing-key-file': at('sa.key'),
        'service-cluster-ip-range': '10.255.0.0/24',
        // Nobody makes service accounts here, and without them this plug-in refuses every pod.
        'disable-admission-plugins': ['ServiceAccount', ...(options.withoutAdmission ?? [])].join(','),
      }),
      ...(options.large ? spendMemory : {}),
      logFile: at('kube-apiserver.log'),
      ready: async () => (await raw('GET', '/readyz')) === 'ok',
      deadlineMs: readyWithinMs,
    });
  let apiServer: ServerProcess;
  try {
    apiServer = await startApiServer();
  } catch (error) {
    await etcd.stop();
    throw error;
  }

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
    async freeze() {
      apiServer.freeze();
      // Its threads run on for a moment.
      await until(async () => isStopped(apiServer.pid), 5_000);
    },
    thaw: () => apiServer.thaw(),
    killApiServer: () => apiServer.stop(),
    async restartApiServer() {
      apiServer = await startApiServer();
      server.pids['kube-apiserver'] = apiServer.pid;
    },
    pids: { etcd: etcd.pid, 'kube-apiserver': apiServer.pid },
    async stop() {
      await apiServer.stop();
      await etcd.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
  if (!options.crds) return server;
  try {
    await installCrds(server);
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
    kubernetes: {
      context: undefined,
      namespaces: ['default'],
      requestTimeoutMs: 10_000,
      autoscaled: false,
      ...changes,
    },
    flinkRest: { via: 'service-proxy' },
    stores: {},
    overlay: {},
  };
}

async function installCrds(server: TestKubernetes): Promise<void> {
  const folder = join(cachePaths.operator('1.7.0'), 'crds');
  for (const file of readdirSync(folder)) {
    const crd = readFileSync(join(folder, file), 'utf8');
    await server.raw('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', crd, 'application/yaml');
  }
  const kind = '/apis/flink.apache.org/v1beta1/namespaces/default/flinkdeployments';
  await until(async () => (await server.raw('GET', kind)) !== undefined, readyWithinMs);
}

function tool(name: string): string {
  const path = join(cachePaths.bin, name);
  if (!existsSync(path)) throw new Error(`${path} is missing. Build the lab's tools first: npm run lab -- up.`);
  return path;
}

function optionsOf(values: Record<string, string>): string[] {
  return Object.entries(values).map(([name, value]) => `--${name}=${value}`);
}

function isStopped(pid: number): boolean {
  const tasks = readdirSync(`/proc/${pid}/task`);
  // In "pid (name) state …" the name may hold anything, but no second ")" here.
  return tasks.every((task) => readFileSync(`/proc/${pid}/task/${task}/stat`, 'utf8').split(') ')[1]?.startsWith('T'));
}
