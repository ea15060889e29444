/**
 * An escape of jobs with real pods, beside its floor: the same pods posted bare to the same kind of cluster, which is
 * filled with pods of lower priority to the same degree. API server, scheduler and pre-emption are Kubernetes' own,
 * nodes are kwok's. Flink's own time to start is in neither.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { PodPoster } from '../../lab/fleet/pods/pod-poster.ts';
import { podsOfJob, specWithPods } from '../../lab/fleet/pods/pods-of-job.ts';
import { RunningPods } from '../../lab/fleet/pods/running-pods.ts';
import type { FlinkDeployment } from '../../model/job/flink-deployment.ts';
import type { Tier } from '../../model/job/tier.ts';
import type { Report } from '../../model/report/schema.ts';
import { startCluster, type TestCluster } from '../integration/servers/scheduling.ts';
import { escapeInto } from './pods-escape.ts';
import { tierOf, type PodsSize } from './pods-size.ts';
import { meterProcesses, type ProcessCost } from './process-meter.ts';
import { withRatios, type BenchRow } from './row.ts';

/** Nothing here takes longer on a machine that is fit for it. */
const deadlineMs = 30 * 60_000;

const say = (line: string) => process.stderr.write(`${line}\n`);

interface Measured {
  seconds: number;
  processes: ProcessCost[];
}

export async function benchPods(size: PodsSize): Promise<BenchRow[]> {
  const pods = size.jobs * size.perJob.pods;
  const floor = await onFreshCluster(size, (cluster) => postBare(cluster, size));
  say(`floor: ${floor.seconds.toFixed(1)} s`);
  const escape = await onFreshCluster(size, (cluster) => escapeInto(cluster, size, say));
  const { totals, jobs } = escape.report;
  if (totals.running !== size.jobs) {
    const other = jobs.find(({ outcome }) => outcome !== 'running');
    throw new Error(`${totals.running} of ${size.jobs} jobs run; the first that does not: ${other?.message}`);
  }
  return withRatios([
    ...rowsOf('floor: pods posted bare, to all running', pods, floor),
    ...rowsOf('az-escape: trigger to every job verified', pods, escape),
    ...tierRows(escape.report, size),
  ]);
}

/** From the trigger until the last job of a tier was seen running. */
function tierRows({ tiers }: Report, { perJob }: PodsSize): Omit<BenchRow, 'ratio'>[] {
  return Object.entries(tiers).flatMap(([tier, { jobs, rtoSecondsMax }]) => {
    if (rtoSecondsMax === null) return [];
    const n = jobs * perJob.pods;
    return [{ what: `  last ${tier} job runs`, n, bytes: null, seconds: rtoSecondsMax, cpuSeconds: null, rssMb: null }];
  });
}

function rowsOf(what: string, n: number, { seconds, processes }: Measured): Omit<BenchRow, 'ratio'>[] {
  const row = { n, bytes: null, seconds };
  const sum = (of: (cost: ProcessCost) => number) => processes.reduce((total, cost) => total + of(cost), 0);
  return [
    { what, ...row, cpuSeconds: sum(({ cpuSeconds }) => cpuSeconds), rssMb: sum(({ rssMb }) => rssMb) },
    ...processes.map(({ name, cpuSeconds, rssMb }) => ({ what: `  ${name}`, ...row, cpuSeconds, rssMb })),
  ];
}

async function onFreshCluster<T>(size: PodsSize, work: (cluster: TestCluster) => Promise<T>): Promise<T> {
  say(`starting a cluster of ${size.nodes} nodes with ${size.ordinaryPods} pods of lower priority …`);
  const cluster = await startCluster({ count: size.nodes, shape: size.node }, { large: true });
  try {
    const one = { pods: 2, taskManager: size.perJob.taskManager };
    const ordinary = Array.from({ length: size.ordinaryPods }, (_, index) => taskManagerOf(`ordinary-${index}`, one));
    await postAll(cluster, ordinary);
    return await work(cluster);
  } finally {
    await cluster.stop();
  }
}

/** Only the TaskManager: it is TaskManagers that the others need the places of. */
function taskManagerOf(name: string, perJob: PodsSize['perJob']) {
  return podsOfJob(jobOfBench(name, 'P3', perJob)).at(-1)!;
}

function jobOfBench(name: string, tier: Tier, perJob: PodsSize['perJob']): FlinkDeployment {
  return {
    apiVersion: 'flink.apache.org/v1beta1',
    kind: 'FlinkDeployment',
    metadata: { name, namespace: 'default' },
    spec: specWithPods(tier, perJob),
  };
}

async function postBare(cluster: TestCluster, size: PodsSize): Promise<Measured> {
  const pods = Array.from({ length: size.jobs }, (_, index) =>
    podsOfJob(jobOfBench(`job-${index}`, tierOf(index, size.jobs), size.perJob)),
  ).flat();
  say(`floor: posting ${pods.length} pods …`);
  const stop = meterProcesses({ ...cluster.pids, 'this process': process.pid });
  const startedMs = performance.now();
  await postAll(cluster, pods);
  return { seconds: (performance.now() - startedMs) / 1000, processes: stop() };
}

/** Posts pods and waits until all of them run. */
async function postAll(cluster: TestCluster, pods: ReturnType<typeof podsOfJob>): Promise<void> {
  const objects = new Set(pods.map(({ metadata }) => metadata.labels['app']!));
  const running = new RunningPods(cluster.api);
  const poster = new PodPoster(cluster.api, { wanted: () => true, onTrouble: say });
  await running.open(() => {});
  try {
    poster.post(pods);
    const endMs = performance.now() + deadlineMs;
    for (;;) {
      const count = [...objects].reduce((sum, object) => sum + running.of(object), 0);
      if (count >= pods.length) return;
      if (performance.now() > endMs) throw new Error(`${count} of ${pods.length} pods run after ${deadlineMs} ms`);
      await sleep(200);
    }
  } finally {
    poster.close();
    await running.close();
  }
}
