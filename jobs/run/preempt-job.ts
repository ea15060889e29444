/**
 * Ends one P3 job of the peer zone so that others have room: a savepoint if there is time, then suspended, then its
 * pods are waited for. Repeating it changes nothing; whatever hinders it is its line in the report.
 */
import { createHash } from 'node:crypto';
import { mayBePreempted } from '../../model/capacity/clear-room.ts';
import type { PlannedVictim } from '../../model/move/plan-types.ts';
import { preemptPatch } from '../../model/move/standby.ts';
import { jobKey } from '../../model/job/job.ts';
import type { FlinkDeployment } from '../../model/job/flink-deployment.ts';
import { annotations } from '../../model/job/marks.ts';
import type { Reason } from '../../model/outcome/outcome.ts';
import { outcomeCodeOf } from '../../model/outcome/codes.ts';
import type { PreemptedReport } from '../../model/report/schema.ts';
import { flinkPath, storeKeys } from '../../model/store-location.ts';
import { OutsideFailure } from '../../adapters/failure.ts';
import { retry, type RetryPolicy } from '../../adapters/retry.ts';
import { takeSavepoint } from '../snapshot/savepoint.ts';
import { verifySnapshot } from '../recovery-points/verify-snapshot.ts';
import { TypedFailure } from '../../adapters/typed-failure.ts';
import {
  type Clock,
  type Clusters,
  type Configured,
  type FlinkAccess,
  type Pulse,
  type Stores,
  type Ports,
  zoneConfig,
} from '../../adapters/ports.ts';
import type { Move } from '../../model/move/move.ts';
import { storeNameOf } from '../../model/placement/job-store.ts';
import { untilPodsGone } from './until-pods-gone.ts';

type Ended = Pick<PreemptedReport, 'outcome' | 'savepoint'> & Reason;

/** What survives the death of a worker, by way of the heartbeat. */
interface Begun {
  atMs: number;
}

/** Ends the job. @throws OutsideFailure while the zone itself cannot be asked */
export async function preemptJob(
  ports: Ports,
  move: Move,
  victim: PlannedVictim,
  pulse: Pulse,
): Promise<PreemptedReport> {
  const begun: Begun = (pulse.resumed as Begun | undefined) ?? { atMs: ports.now() };
  const beating = { ...pulse, beat: () => pulse.beat(begun) };
  beating.beat();
  const ended = await end(ports, move, victim, beating);
  const { namespace, name, zone, makesRoomFor } = victim;
  ports.log.info({ job: jobKey(victim), zone, incident: move.incident, ...ended }, 'made room');
  const seconds = ended.outcome === 'suspended' ? Math.max(0, ports.now() - begun.atMs) / 1000 : null;
  return { namespace, name, zone, ...ended, seconds, makesRoomFor };
}

async function end(
  ports: Configured & Clusters & Stores & FlinkAccess & Clock,
  move: Move,
  victim: PlannedVictim,
  pulse: Pulse,
): Promise<Ended> {
  const cluster = ports.cluster(victim.zone);
  const gone = async (ended: Ended): Promise<Ended> => {
    const still = await untilPodsGone(ports, { zone: victim.zone, escapeId: move.id }, victim, pulse);
    if (still === undefined) return ended;
    // That it came without a savepoint is told by the savepoint that is not there.
    return { ...ended, code: 'PodsRemain', message: `${ended.message}; ${still}` };
  };
  const found = await cluster.getDeployment(victim, pulse.signal);
  const settled = settledBefore(found, victim.zone, move);
  if (settled) return settled.outcome === 'suspended' ? gone(settled) : settled;
  const saved = await savepointOf(ports, move, victim.zone, found!, pulse);
  const suspend = async (): Promise<Ended> => {
    // Read again: a savepoint takes its time, and the job may have become another meanwhile.
    const now = await cluster.getDeployment(victim, pulse.signal);
    const changed = settledBefore(now, victim.zone, move);
    if (changed && changed.outcome !== 'suspended') return changed;
    if (changed) return { outcome: 'suspended', ...saved };
    const { resourceVersion } = now!.metadata;
    const mark = { escapeId: move.id, savepoint: saved.savepoint };
    try {
      const patch = preemptPatch({ ...mark, ...(resourceVersion ? { resourceVersion } : {}) });
      await cluster.patchDeployment(victim, patch, pulse.signal);
    } catch (error) {
      if (!(error instanceof OutsideFailure) || error.retryable) throw error;
      const code = outcomeCodeOf(error.failureClass, 'NotEnded');
      return { outcome: 'failed', code, message: error.message, savepoint: saved.savepoint };
    }
    return { outcome: 'suspended', ...saved };
  };
  const ended = await retry(suspend, overStatusWrites, { sleep: pulse.sleep });
  return ended.outcome === 'suspended' ? gone(ended) : ended;
}

/** The operator writes its status all the time. */
const overStatusWrites: RetryPolicy = { after: ['Conflict'], pauseMs: 100 };

/** What there is left to do of it: undefined when it runs and may be ended. */
function settledBefore(found: FlinkDeployment | undefined, zone: string, move: Move): Ended | undefined {
  const left = { outcome: 'left', savepoint: null } as const;
  if (!found) return { ...left, code: 'NotThere', message: `it is not in ${zone} any more` };
  const marks = found.metadata.annotations ?? {};
  if (found.spec.job?.state === 'suspended' && marks[annotations.preemptedBy] === move.id) {
    const savepoint = marks[annotations.comeBackFrom] ?? null;
    return { outcome: 'suspended', savepoint, ...(savepoint === null ? withoutSavepoint() : withSavepoint) };
  }
  if (mayBePreempted(found, zone)) return undefined;
  return { ...left, code: 'NotPreemptible', message: `it is no P3 job any more that runs in ${zone}` };
}

const withSavepoint: Reason = { code: 'MadeRoom', message: 'it ended with a savepoint' };

function withoutSavepoint(why?: string): Reason {
  const message = 'it ended without a savepoint of ours';
  return { code: 'MadeRoomUnsaved', message: why === undefined ? message : `${message}: ${why}` };
}

/** Takes a savepoint into the zone's own store. A job that cannot have one in time makes room without. */
async function savepointOf(
  ports: Configured & Stores & FlinkAccess & Clock,
  move: Move,
  zoneName: string,
  found: FlinkDeployment,
  pulse: Pulse,
): Promise<{ savepoint: string | null } & Reason> {
  const job = { namespace: found.metadata.namespace, name: found.metadata.name };
  const zone = zoneConfig(ports, zoneName);
  const storeName = storeNameOf(found, zone);
  const storeConfig = zone.stores[storeName];
  const none = (why: string) => ({ savepoint: null, ...withoutSavepoint(why) });
  if (!storeConfig) return none(`it names store "${storeName}", which ${zone.name} has not`);
  const leftMs = Date.parse(move.triggeredAt) + move.budgetSeconds * 1000 - ports.now();
  const timeoutMs = Math.min(ports.config.escape.preemptSavepointMs, leftMs);
  if (timeoutMs <= 0) return none('the budget was used up');
  const store = ports.store(zone.name, storeName);
  const jobManager = ports.flink.jobManager(zone.name, job);
  const triggerId = createHash('md5')
    .update(`preempt/${move.id}/${jobKey(job)}`)
    .digest('hex');
  try {
    const running = (await jobManager.jobs(pulse.signal)).find(({ status }) => status === 'RUNNING');
    if (!running) return none('Flink runs no job in state RUNNING');
    const folder = `${storeKeys.preemptedPrefix(job)}/${triggerId}`;
    const task = { job, jobId: running.id, triggerId, jobManager, store, storeConfig, timeoutMs, now: ports.now };
    const taken = await takeSavepoint({ ...task, folder, seenFrom: 'inZone' }, pulse);
    await verifySnapshot(store, storeConfig, taken.key, pulse.signal);
    return { savepoint: flinkPath(storeConfig, taken.key, 'inZone'), ...withSavepoint };
  } catch (error) {
    if (!(error instanceof OutsideFailure) && !(error instanceof TypedFailure)) throw error;
    return none(error.message);
  }
}
