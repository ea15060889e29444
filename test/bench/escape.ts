/**
 * A whole escape of simulated jobs on a real API server, S3 server and Temporal, beside the same patches sent bare and
 * by kubectl: time to the last start issued, time to the last job verified, and what each process took. Operator and
 * Flink are simulated, with the start times of real ones; the processes of all of them share this machine.
 */
import { fleetNamespace } from '../../lab/fleet/fleet-jobs.ts';
import { jobKey } from '../../model/job/job.ts';
import type { JobReport, Report } from '../../model/report/schema.ts';
import { startStage, type FleetStage } from '../integration/fleet/stage.ts';
import { countCost, type ProcessCost } from './process-cost.ts';
import { inParallel, timed, withRatios, type BenchRow } from './row.ts';
import { mostByKubectl, patchBare, patchByKubectl } from './starts.ts';
import { standbyOf } from './starts-data.ts';

type Row = Omit<BenchRow, 'ratio'>;

export async function benchEscape(jobs: number): Promise<BenchRow[]> {
  const byHand = Math.min(jobs, mostByKubectl);
  console.error(`creating ${2 * jobs + byHand} FlinkDeployments and ${jobs} recovery points …`);
  const stage = await startStage({ jobs, large: jobs > 2_000 });
  try {
    await createBare(stage, jobs, byHand);
    const bare = await timed(() => patchBare(stage.kubernetes, jobs));
    const rows: Row[] = [rowOf('(a) bare patches, keep-alive', jobs, bare)];
    const kubectl = await patchByKubectl(stage.kubernetes, byHand);
    rows.push({ ...rowOf('(b) kubectl patch, xargs -P 16', byHand, kubectl), rssMb: null });
    rows.push(...(await escapeAll(stage)));
    return withRatios(rows);
  } finally {
    await stage.stop();
  }
}

async function createBare(stage: FleetStage, jobs: number, byHand: number): Promise<void> {
  const names = (prefix: string, n: number) => Array.from({ length: n }, (_, index) => `${prefix}-${index}`);
  const path = '/apis/flink.apache.org/v1beta1/namespaces/default/flinkdeployments';
  await inParallel([...names('bare', jobs), ...names('hand', byHand)], 16, async (name) => {
    const answer = await stage.api.send('POST', path, standbyOf(name, 'elsewhere'));
    if (answer.status >= 300) throw new Error(`${name}: ${answer.status} ${answer.body.slice(0, 200)}`);
  });
}

async function escapeAll(stage: FleetStage): Promise<Row[]> {
  const worker = await stage.startWorker();
  const { etcd, 'kube-apiserver': apiServer } = stage.kubernetes.pids;
  const costs = {
    worker: countCost([worker.pid]),
    Temporal: countCost([stage.temporal.pid()]),
    'API server and etcd': countCost([etcd!, apiServer!]),
    'S3 server': countCost([stage.s3.pid]),
  };
  const triggeredMs = Date.now();
  const report = await stage.escape('bench');
  const seconds = (Date.now() - triggeredMs) / 1000;
  const spent = Object.entries(costs).map(([what, cost]) => [what, cost()] as const);
  const own = spent[0]![1];
  refuseLosses(stage, report);
  const jobs = report.jobs.length;
  const row = (what: string, n: number, took: number, cost: ProcessCost | null): Row => ({
    what,
    n,
    bytes: null,
    seconds: took,
    cpuSeconds: cost?.cpuSeconds ?? null,
    rssMb: cost?.rssMb ?? null,
  });
  const since = (lines: readonly JobReport[], steps: readonly string[]) =>
    (Math.max(...lines.flatMap((line) => line.steps.filter(({ name }) => steps.includes(name)).map(endOf))) -
      triggeredMs) /
    1000;
  const urgent = report.jobs.filter(({ tier }) => tier === 'P0');
  return [
    row('(c) az-escape: to the last start issued', jobs, since(report.jobs, issuing), null),
    row('    to the last P0 verified', urgent.length, since(urgent, ['verify']), null),
    row('    to the last job verified', jobs, since(report.jobs, ['verify']), null),
    row('    of which verifying took, at most', jobs, slowestToVerify(stage, report), null),
    row('    to the report', jobs, seconds, own),
    ...spent.slice(1).map(([what, cost]) => row(`    ${what} meanwhile`, jobs, seconds, cost)),
  ];
}

/** Steps that end with a start or promotion sent. */
const issuing = ['schedule', 'promote'];

function endOf({ startedAt, seconds }: JobReport['steps'][number]): number {
  return Date.parse(startedAt) + seconds * 1000;
}

/** Seconds from when a job's tasks ran until the product had seen its proof; of those that were started. */
function slowestToVerify(stage: FleetStage, report: Report): number {
  const late = report.jobs.flatMap((line) => {
    const ranMs = stage.simulator.runOf(line)?.runsMs;
    const confirmed = line.steps.find(({ name }) => name === 'verify');
    return line.tier === 'P0' || ranMs === undefined || !confirmed ? [] : [(endOf(confirmed) - ranMs) / 1000];
  });
  return Math.max(...late);
}

/** A bench of a broken escape would be worth nothing. */
function refuseLosses(stage: FleetStage, report: Report): void {
  if (report.totals.running !== stage.jobs.length) {
    const failed = report.jobs.find(({ outcome }) => outcome !== 'running');
    throw new Error(`${JSON.stringify(report.totals)} of ${stage.jobs.length} jobs, such as: ${failed?.message}`);
  }
  for (const job of stage.jobs) {
    const starts = stage.simulator.starts.get(jobKey(job)) ?? 0;
    if (starts !== 1) throw new Error(`${fleetNamespace}/${job.name} was started ${starts} times`);
  }
}

function rowOf(what: string, n: number, took: { seconds: number; cpuSeconds: number; rssMb: number | null }): Row {
  const { seconds, cpuSeconds, rssMb } = took;
  return { what, n, bytes: null, seconds, cpuSeconds, rssMb };
}
