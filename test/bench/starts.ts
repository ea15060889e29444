/**
 * How fast the starts of an escape go out, on a real API server and a real S3 server: (a) the ceiling, the same merge
 * patches bare over keep-alive connections; (b) what a person would do, kubectl under xargs; (c) az-escape, which also
 * reads and checks each recovery point and claims each epoch. Operator and Flink are not part of it.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import { startBatch } from '../../activities/escape/start-batch.ts';
import { makePlan } from '../../activities/escape/make-plan.ts';
import type { SettledMove } from '../../model/move/move.ts';
import { cachePaths } from '../../lab/layout.ts';
import { parseConfig } from '../../model/config/parse.ts';
import { startPatch } from '../../model/move/standby.ts';
import { storeKeys } from '../../model/store-location.ts';
import { openPorts, type OpenPorts } from '../../runtime/open-ports.ts';
import { startKubernetes, type TestKubernetes } from '../integration/servers/kubernetes.ts';
import { startS3, type S3Server } from '../integration/servers/s3.ts';
import { inParallel, timed, withRatios, type BenchRow } from './row.ts';
import { shell, type ShellRun } from './shell.ts';
import { manifestOf, standbyOf } from './starts-data.ts';

/** A person waits a minute for a thousand jobs; ten thousand would only be ten times that. */
export const mostByKubectl = 1_000;

/** Measures (a), (b) and (c) in one run, each on standbys of its own. */
export async function benchStarts(jobs: number): Promise<BenchRow[]> {
  process.env['AZ_ESCAPE_BENCH_S3_KEY'] = 'test';
  process.env['AZ_ESCAPE_BENCH_S3_SECRET'] = 'test-secret';
  const [kubernetes, s3] = await Promise.all([startKubernetes(), startS3()]);
  const world = openPorts(configFor(kubernetes, s3), { info: () => {}, warn: () => {} });
  try {
    const byHand = Math.min(jobs, mostByKubectl);
    console.error(`creating ${2 * jobs + byHand} standbys and ${jobs} recovery points …`);
    await create(world, jobs, byHand);
    const rows: Omit<BenchRow, 'ratio'>[] = [];
    const bare = await timed(() => patchBare(kubernetes, jobs));
    rows.push({ what: '(a) bare patches, keep-alive', n: jobs, bytes: null, ...bare });
    const kubectl = await patchByKubectl(kubernetes, byHand);
    rows.push({ what: '(b) kubectl patch, xargs -P 16', n: byHand, bytes: null, ...kubectl });
    const own = await timed(() => startByAzEscape(world));
    if (own.result !== jobs) throw new Error(`az-escape issued ${own.result} of ${jobs} starts`);
    rows.push({ what: '(c) az-escape: check, claim, start', n: jobs, bytes: null, ...own });
    return withRatios(
      rows.map(({ what, n, bytes, seconds, cpuSeconds, rssMb }) => ({ what, n, bytes, seconds, cpuSeconds, rssMb })),
    );
  } finally {
    await world.close();
    await Promise.all([kubernetes.stop(), s3.stop()]);
  }
}

function configFor(kubernetes: TestKubernetes, s3: S3Server) {
  const zone = (peer: string) => ({
    peer,
    // There are no nodes: room is not part of this.
    kubernetes: { kubeconfig: kubernetes.kubeconfig(), autoscaled: true },
    stores: {
      s3: {
        type: 's3',
        endpoint: s3.endpoint,
        bucket: s3.bucket,
        forcePathStyle: true,
        accessKeyId: { env: 'AZ_ESCAPE_BENCH_S3_KEY' },
        secretAccessKey: { env: 'AZ_ESCAPE_BENCH_S3_SECRET' },
      },
    },
  });
  const result = parseConfig({ zones: { 'az-a': zone('az-b'), 'az-b': zone('az-a') } });
  if (!result.ok) throw new Error(result.problems.map(({ message }) => message).join('; '));
  return result.config;
}

async function create(world: OpenPorts, jobs: number, byHand: number): Promise<void> {
  const cluster = world.cluster('az-b');
  const store = world.store('az-b', 's3');
  const names = (prefix: string, n: number) => Array.from({ length: n }, (_, index) => `${prefix}-${index}`);
  await inParallel([...names('bare', jobs), ...names('hand', byHand)], 16, async (name) => {
    await cluster.applyDeployment(standbyOf(name, 'elsewhere'));
  });
  await inParallel(names('own', jobs), 16, async (name) => {
    const manifest = manifestOf(name);
    for (const file of manifest.files) await store.put(file.key, new Uint8Array(file.sizeBytes));
    const bytes = new TextEncoder().encode(JSON.stringify(manifest));
    await store.put(storeKeys.recoveryPointKey(manifest.job, manifest.id), bytes);
    await cluster.applyDeployment(standbyOf(name, 'az-a'));
  });
}

/** Patches `bare-0` and so on in namespace default to running, over kept connections. */
export async function patchBare(kubernetes: TestKubernetes, jobs: number): Promise<void> {
  const ca = readFileSync(kubeconfigCa(kubernetes));
  const dispatcher = new Agent({ connections: 16, connect: { ca } });
  const body = JSON.stringify(startPatch({ to: 'az-b', epoch: 2, restorePath: 's3a://state/x', escapeId: 'bare' }));
  await inParallel(
    Array.from({ length: jobs }, (_, index) => index),
    16,
    async (index) => {
      const path = `/apis/flink.apache.org/v1beta1/namespaces/default/flinkdeployments/bare-${index}`;
      const answer = await request(kubernetes.url + path, {
        method: 'PATCH',
        dispatcher,
        body,
        headers: { authorization: `Bearer ${kubernetes.token}`, 'content-type': 'application/merge-patch+json' },
      });
      await answer.body.dump();
      if (answer.statusCode !== 200) throw new Error(`bare patch ${index}: status ${answer.statusCode}`);
    },
  );
  await dispatcher.close();
}

function kubeconfigCa(kubernetes: TestKubernetes): string {
  const config = JSON.parse(readFileSync(kubernetes.kubeconfig(), 'utf8')) as {
    clusters: { cluster: { 'certificate-authority': string } }[];
  };
  return config.clusters[0]!.cluster['certificate-authority'];
}

/** The same for `hand-0` and so on, each by a kubectl of its own. */
export function patchByKubectl(kubernetes: TestKubernetes, jobs: number): Promise<ShellRun> {
  const patch = JSON.stringify(startPatch({ to: 'az-b', epoch: 2, restorePath: 's3a://state/x', escapeId: 'hand' }));
  const kubectl = `${join(cachePaths.bin, 'kubectl')} --kubeconfig ${kubernetes.kubeconfig()} patch flinkdeployment hand-{} --type merge -p '${patch}'`;
  return shell([
    `seq 0 ${jobs - 1} | xargs -P 16 -I{} sh -c ${JSON.stringify(kubectl).replaceAll('$', '\\$')} >/dev/null`,
  ]);
}

/** What an escape does up to its last start, without Temporal between. @returns how many starts were issued */
async function startByAzEscape(world: OpenPorts): Promise<number> {
  const at = new Date().toISOString();
  const move: SettledMove = {
    id: 'az-a-bench',
    kind: 'escape',
    zone: 'az-a',
    whole: 'az-a',
    lost: ['az-a'],
    peers: ['az-b'],
    reachable: { answer: ['az-b'], silent: [] },
    effects: 'real',
    incident: 'bench',
    trigger: { by: 'bench', via: 'bench' },
    triggeredAt: at,
    lostAt: at,
    budgetSeconds: 600,
    scope: {},
    fenceDeadlineMs: 1_000,
    fenceRetryMs: 1_000,
    approvalTimeoutMs: null,
  };
  const signal = new AbortController().signal;
  const pulse = {
    beat: () => {},
    resumed: undefined,
    signal,
    sleep: (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)),
  };
  const { batches } = await makePlan(world, move, signal);
  let issued = 0;
  for (const batch of batches) issued += (await startBatch(world, move, batch, pulse)).started.length;
  return issued;
}
