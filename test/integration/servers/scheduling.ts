/** What makes an API server of one's own a cluster: scheduler, garbage collector, and kwok for nodes without machines. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openPodApi, type PodApi } from '../../../lab/fleet/pods/api.ts';
import { kwokArguments, kwokBinary } from '../../../lab/fleet/pods/kwok.ts';
import { createPriorityClasses } from '../../../lab/fleet/pods/priority-classes.ts';
import { createSimulatedNodes, type NodeShape } from '../../../lab/fleet/pods/simulated-nodes.ts';
import { cachePaths } from '../../../lab/layout.ts';
import { ask } from '../../../lab/zones/ask.ts';
import { startKubernetes, type TestKubernetes } from './kubernetes.ts';
import { freePorts, startServer, type ServerProcess } from './process.ts';

export interface TestCluster {
  kubernetes: TestKubernetes;
  /** As the administrator. */
  api: PodApi;
  pids: Record<string, number>;
  stop(): Promise<void>;
}

const deadlineMs = 60_000;

/** Ready in about 8 s, with the fleet's priority classes and `count` simulated nodes that take pods. */
export async function startCluster(
  nodes: { count: number; shape: NodeShape },
  options: { large?: boolean } = {},
): Promise<TestCluster> {
  const kubernetes = await startKubernetes({
    crds: true,
    // It marks new nodes as not ready, which only a controller that waits for kubelets takes away.
    withoutAdmission: ['TaintNodesByCondition'],
    large: options.large ?? false,
  });
  const kubeconfig = kubernetes.kubeconfig();
  const api = openPodApi(kubeconfig);
  const home = mkdtempSync(join(tmpdir(), 'az-escape-cluster-'));
  const started: ServerProcess[] = [];
  const stop = async () => {
    await api.close();
    await Promise.all(started.map((server) => server.stop()));
    await kubernetes.stop();
    rmSync(home, { recursive: true, force: true });
  };
  try {
    const [schedulerPort, managerPort, kwokPort] = await freePorts(3);
    const start = async (name: string, command: string, args: string[], health: string) => {
      const server = await startServer({
        command,
        args,
        env: options.large ? { GOGC: '400' } : {},
        logFile: join(home, `${name}.log`),
        ready: async () => (await ask(health)).status === 200,
        deadlineMs,
      });
      started.push(server);
      return [name, server.pid] as const;
    };
    const component = (name: string, port: number, more: string[]) => {
      const serving = ['--bind-address=127.0.0.1', `--secure-port=${port}`, `--cert-dir=${join(home, name)}`];
      const pace = ['--kube-api-qps=5000', '--kube-api-burst=5000'];
      const args = [`--kubeconfig=${kubeconfig}`, '--leader-elect=false', ...serving, ...pace, ...more];
      return start(name, join(cachePaths.bin, name), args, `https://127.0.0.1:${port}/healthz`);
    };
    await createPriorityClasses(api);
    await createSimulatedNodes(api, nodes.count, nodes.shape);
    const pids = await Promise.all([
      component('kube-scheduler', schedulerPort!, []),
      component('kube-controller-manager', managerPort!, ['--controllers=garbage-collector-controller']),
      start(
        'kwok',
        kwokBinary,
        kwokArguments({ kubeconfig, serve: `127.0.0.1:${kwokPort}` }),
        `http://127.0.0.1:${kwokPort}/healthz`,
      ),
    ]);
    return { kubernetes, api, pids: { ...kubernetes.pids, ...Object.fromEntries(pids) }, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
