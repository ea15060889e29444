/** Starts one job again that made room, from the savepoint that it was left with. */
import { madeRoom, returningObject, returnPatch } from '../../model/move/give-back.ts';
import { jobKey, type JobRef } from '../../model/job/job.ts';
import { annotations } from '../../model/job/marks.ts';
import type { FlinkDeployment } from '../../model/job/flink-deployment.ts';
import { type OutcomeCode, outcomeCodeOf } from '../../model/outcome/codes.ts';
import type { Reason } from '../../model/outcome/outcome.ts';
import { keyOfFlinkPath, storeKeys } from '../../model/store-location.ts';
import { storeNameOf } from '../../model/placement/job-store.ts';
import { OutsideFailure } from '../../adapters/failure.ts';
import { verifySnapshot } from '../../jobs/recovery-points/verify-snapshot.ts';
import { TypedFailure } from '../../adapters/typed-failure.ts';
import { type Clusters, type Configured, type Logging, type Stores, zoneConfig } from '../../adapters/ports.ts';
import { keepReturning, readReturning } from '../../jobs/run/returning.ts';
import { replaceDeployment } from '../../jobs/standby/replace-deployment.ts';

/** What became of a job on its way back; of one that runs, the message says from what it goes on. */
export interface GivenBack extends JobRef, Reason {
  outcome: 'running' | 'left' | 'failed';
  savepoint: string | null;
}

/** `started`: it must now be seen running, from the savepoint or (null) from the state that the operator kept. */
export type Return = { started: { store: string; savepoint: string | null } } | { ended: GivenBack };

/** Starts it; repeating that changes nothing. What is wrong with the job is a result, not an exception. */
export async function giveBackJob(
  ports: Configured & Clusters & Stores & Logging,
  zone: string,
  job: JobRef,
  signal: AbortSignal,
): Promise<Return> {
  const ended = (outcome: GivenBack['outcome'], code: OutcomeCode, message: string): Return => {
    ports.log.info({ job: jobKey(job), zone, outcome, code, reason: message }, 'not given back');
    return { ended: { namespace: job.namespace, name: job.name, outcome, code, message, savepoint: null } };
  };
  try {
    const found = await ports.cluster(zone).getDeployment(job, signal);
    const kept = await keptObject(ports, zone, job, signal);
    if (found && madeRoom(found)) return { started: await bringBack(ports, zone, found, signal) };
    if (!kept && found) return ended('left', 'StartedMeanwhile', 'it was started by somebody else');
    if (!kept) return ended('left', 'NotThere', `it is not in ${zone} any more`);
    const savepoint = kept.object.spec.job?.initialSavepointPath ?? null;
    if (!found && savepoint === null) return ended('failed', 'NotThere', `its object was deleted from ${zone}`);
    // An earlier attempt died after it had deleted the old object.
    if (!found) {
      const replacement = { old: undefined, fresh: kept.object, madeAgainFrom: 'other records' } as const;
      await replaceDeployment(ports.cluster(zone), replacement, signal);
    }
    return { started: { store: kept.store, savepoint } };
  } catch (error) {
    const own = error instanceof TypedFailure ? error.code : undefined;
    const code = error instanceof OutsideFailure && !error.retryable ? error.failureClass : own;
    if (code === undefined) throw error;
    return ended('failed', outcomeCodeOf(code, 'NotStarted'), (error as Error).message);
  }
}

async function keptObject(
  ports: Configured & Stores,
  zone: string,
  job: JobRef,
  signal: AbortSignal,
): Promise<{ store: string; object: FlinkDeployment } | undefined> {
  for (const store of Object.keys(zoneConfig(ports, zone).stores)) {
    const object = await readReturning(ports.store(zone, store), job, signal);
    if (object) return { store, object };
  }
  return undefined;
}

async function bringBack(
  ports: Configured & Clusters & Stores,
  zone: string,
  found: FlinkDeployment,
  signal: AbortSignal,
): Promise<{ store: string; savepoint: string | null }> {
  const { namespace, name } = found.metadata;
  const job = { namespace, name };
  const cluster = ports.cluster(zone);
  const { stores } = zoneConfig(ports, zone);
  const storeName = storeNameOf(found, zoneConfig(ports, zone));
  const config = stores[storeName];
  if (!config)
    throw new TypedFailure('UnknownStore', `${jobKey(job)} names store "${storeName}", which ${zone} has not`);
  const store = ports.store(zone, storeName);
  const savepoint = found.metadata.annotations?.[annotations.comeBackFrom] ?? null;
  const object = returningObject(found, savepoint);
  if (savepoint === null) {
    await keepReturning(store, job, object, signal);
    await cluster.patchDeployment(job, returnPatch(found), signal);
    return { store: storeName, savepoint };
  }
  const key = keyOfFlinkPath(config, savepoint);
  if (key === undefined) throw new TypedFailure('SnapshotIncomplete', `${savepoint} is not in ${store.description}`);
  await verifySnapshot(store, config, key, signal);
  // Nobody else knows the savepoint that it goes on from.
  const madeAgainFrom = () => keepReturning(store, job, object, signal);
  await replaceDeployment(cluster, { old: found, fresh: object, madeAgainFrom }, signal);
  return { store: storeName, savepoint };
}

/** Its object stands: nobody needs the kept one any more. */
export async function forgetReturning(
  ports: Stores,
  zone: string,
  store: string,
  job: JobRef,
  signal: AbortSignal,
): Promise<void> {
  await ports.store(zone, store).delete(storeKeys.returningKey(job), signal);
}
