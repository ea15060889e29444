/** The escape of the bench of pods: a stage with a worker on a cluster that is nearly full, and one trigger. */
import { fleetNamespace, type FleetJob } from '../../lab/fleet/fleet-jobs.ts';
import type { Report } from '../../model/report/schema.ts';
import { tiers } from '../../model/job/tier.ts';
import { startStage } from '../integration/fleet/stage.ts';
import type { TestCluster } from '../integration/servers/scheduling.ts';
import { tierOf, type PodsSize } from './pods-size.ts';
import { meterProcesses, type ProcessCost } from './process-meter.ts';

export interface Escaped {
  /** From the trigger until every job was verified and the report written. */
  seconds: number;
  processes: ProcessCost[];
  report: Report;
}

/** Simulated Flink starts at once, as soon as the pods run: its own time is left out, as it is in the floor. */
const speed = 1_000;

/** Escapes every job of `size` into the cluster. `say` hears of the stages. */
export async function escapeInto(cluster: TestCluster, size: PodsSize, say: (line: string) => void): Promise<Escaped> {
  say(`creating ${size.jobs} standbys with their recovery points …`);
  const jobs = Array.from({ length: size.jobs }, (_, index): FleetJob => {
    const name = `sim-${String(index).padStart(5, '0')}`;
    return { namespace: fleetNamespace, name, tier: tierOf(index, size.jobs) };
  });
  // Room is scarce on purpose: jobs wait for pods for which the scheduler is still clearing the way.
  const settings = { tiers: Object.fromEntries(tiers.map((tier) => [tier, { startDeadline: '30m' }])) };
  const stage = await startStage({ jobs, speed, pods: { cluster, perJob: size.perJob }, settings });
  try {
    const worker = await stage.startWorker();
    say('escaping …');
    const others = { 'az-escape worker': worker.pid, temporal: stage.temporal.pid(), s3: stage.s3.pid };
    const stop = meterProcesses({ ...cluster.pids, ...others, 'this process': process.pid });
    const startedMs = performance.now();
    const report = await stage.escape('bench');
    return { seconds: (performance.now() - startedMs) / 1000, processes: stop(), report };
  } finally {
    await stage.stop();
  }
}
