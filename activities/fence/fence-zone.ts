/**
 * Fencing: tells the lost zone, should it hear us, to stop the jobs that run elsewhere now. Best effort during the
 * escape; repeated afterwards until the zone is back, because its jobs then start again by themselves.
 */
import { peersOf } from '../../model/config/types.ts';
import type { EscapePlan, PlannedJob } from '../../model/move/plan-types.ts';
import { fencePatch } from '../../model/move/standby.ts';
import { jobKey } from '../../model/job/job.ts';
import { annotations, labels, roleConfigMapName } from '../../model/job/marks.ts';
import { type FlinkDeployment, jobOf } from '../../model/job/flink-deployment.ts';
import { settleEachAtOnce } from '../../adapters/at-once.ts';
import { OutsideFailure } from '../../adapters/failure.ts';
import type { ZoneCluster } from '../../adapters/kubernetes/port.ts';
import { holderOfEpoch, newestEpoch } from '../../jobs/claims/epochs.ts';
import {
  type Clock,
  type Clusters,
  type Configured,
  type Pulse,
  type Remembering,
  type Stores,
  zoneConfig,
} from '../../adapters/ports.ts';
import { hasMovedOn } from './moved-on.ts';
import { readPlan } from '../../zones/reports/escape-plan.ts';
import type { Move, SettledMove } from '../../model/move/move.ts';
import type { FenceResult } from '../../model/results/escape.ts';

/** Jobs whose claims are read, and which are stopped, at once: more would only wait in the store and the API server. */
const jobsAtOnce = 64;

/**
 * Stops, in the lost zone, each planned job whose epoch this escape holds: a job that could not be started elsewhere
 * keeps whatever copy it has. Within the configured bound; an unreachable zone is the usual answer, not an error.
 * While the escape goes on, `claims` are `pending` and are waited for; afterwards they are `settled`. Of a zone with
 * several clusters each is told by itself.
 */
export async function fenceZone(
  ports: Configured & Clusters & Stores & Remembering & Clock,
  move: SettledMove,
  claims: 'pending' | 'settled',
  pulse: Pulse,
): Promise<FenceResult> {
  const told = await Promise.all(move.lost.map((name) => fenceCluster(ports, move, name, claims, pulse)));
  const outcome = told.some(({ fence }) => fence.outcome === 'fenced') ? 'fenced' : 'unreachable';
  const detail = told.map(({ fence }) => fence.detail).join('; ');
  return result(
    outcome,
    detail,
    told.every(({ complete }) => complete),
  );
}

async function fenceCluster(
  ports: Configured & Clusters & Stores & Remembering & Clock,
  move: SettledMove,
  name: string,
  claims: 'pending' | 'settled',
  pulse: Pulse,
): Promise<FenceResult> {
  const bounded = AbortSignal.any([pulse.signal, ports.timeout(move.fenceDeadlineMs)]);
  const cluster = ports.cluster(name);
  let stopped = 0;
  try {
    const plan = await readPlan(ports, move, bounded);
    for (;;) {
      const running = await stillRunning(cluster, plan, name, bounded);
      // Each by itself, so that whoever has little time stops some of them in it.
      let ours = 0;
      const unread = await forEachHeldByUs(ports, move, running, bounded, async (job) => {
        await stop(ports, cluster, job, bounded);
        ours += 1;
        stopped += 1;
      });
      // Claims follow one another during the escape: what is not ours yet may be a moment later.
      if (ours === running.length || claims === 'settled') {
        return result('fenced', `${name} answered; ${stopped} of its jobs were told to stop`, !unread);
      }
      bounded.throwIfAborted();
      await pulse.sleep(1_000);
    }
  } catch (error) {
    if (!(error instanceof OutsideFailure) && !bounded.aborted) throw error;
    if (stopped > 0) return result('fenced', `${name} answered; ${stopped} of its jobs were told to stop`, false);
    const why = error instanceof Error ? error.message : String(error);
    return result('unreachable', `${name} could not be told to stop its jobs: ${why}`, false);
  }
}

function result(outcome: FenceResult['fence']['outcome'], detail: string, complete: boolean): FenceResult {
  return { fence: { outcome, detail }, complete };
}

/** Planned jobs of the cluster that run, or will by themselves, in it. */
async function stillRunning(
  cluster: ZoneCluster,
  plan: EscapePlan,
  name: string,
  signal: AbortSignal,
): Promise<PlannedJob[]> {
  const deployments = await cluster.listDeployments(labels.tier, signal);
  const there = new Map(deployments.map((deployment) => [jobKey(jobOf(deployment)), deployment]));
  return plan.waves
    .flatMap(({ jobs }) => jobs)
    .filter((job) => job.from === name && mayRun(there.get(jobKey(job)), job.epoch));
}

/** A copy that bears our epoch or a later one was moved back meanwhile: it is meant to run. */
function mayRun(deployment: FlinkDeployment | undefined, epoch: number): boolean {
  if (!deployment || deployment.spec.job?.state === 'suspended') return false;
  const role = deployment.metadata.labels?.[labels.role] ?? 'active';
  return role === 'active' && Number(deployment.metadata.annotations?.[annotations.epoch] ?? 0) < epoch;
}

/**
 * Calls `act` for each job whose epoch this escape holds, as soon as that is known. True if the claims of some could not
 * be read, as the zone that took them is silent, and no third zone knows more: where others took jobs too, that does not
 * stop those.
 */
async function forEachHeldByUs(
  ports: Configured & Stores,
  move: Move,
  jobs: PlannedJob[],
  signal: AbortSignal,
  act: (job: PlannedJob) => Promise<void>,
): Promise<boolean> {
  let [unread, ours] = [undefined as OutsideFailure | undefined, 0];
  const actIfOurs = async (job: PlannedJob): Promise<void> => {
    try {
      if (!(await isOurs(ports, move, job, signal))) return;
    } catch (error) {
      if (!(error instanceof OutsideFailure)) throw error;
      unread ??= error;
      return;
    }
    ours += 1;
    await act(job);
  };
  const acted = await settleEachAtOnce(jobs, jobsAtOnce, actIfOurs);
  for (const one of acted) if (one.status === 'rejected') throw one.reason;
  if (unread && ours === 0) throw unread;
  return unread !== undefined;
}

/** True also where a third zone knows that the job has moved on: its old copy is nobody's. @throws OutsideFailure */
async function isOurs(ports: Configured & Stores, move: Move, job: PlannedJob, signal: AbortSignal): Promise<boolean> {
  const store = ports.store(job.to, job.store);
  try {
    const [newest, holder] = await Promise.all([
      newestEpoch(store, job, signal, job.epoch),
      holderOfEpoch(store, job, job.epoch, signal),
    ]);
    return newest === job.epoch && holder === move.id;
  } catch (error) {
    if (!(error instanceof OutsideFailure) || !(await hasMovedOn(ports, job, signal))) throw error;
    return true;
  }
}

async function stop(ports: Configured, cluster: ZoneCluster, job: PlannedJob, signal: AbortSignal): Promise<void> {
  const silence = async () => {
    if (job.tier !== 'P0') return;
    const role = { namespace: job.namespace, name: roleConfigMapName(job.name) };
    await cluster.applyConfigMap(role, { role: 'twin' }, signal);
  };
  // Should it still run for a moment, its sink is silent.
  await silence();
  // Where others may take the job from there, what it was before it left is no standby of theirs.
  const forgetsPoint = peersOf(zoneConfig(ports, job.to)).length > 1;
  await cluster.patchDeployment(job, fencePatch({ to: job.to, epoch: job.epoch, forgetsPoint }), signal);
  // A round that read the object before that may have told it to speak; one that reads it from now on does not.
  await silence();
}
