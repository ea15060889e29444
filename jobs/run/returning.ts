/**
 * Objects that change places: the one that goes on from a savepoint is kept in the store before the suspended one is
 * deleted, so that a job is never without a record, whoever is killed in between.
 */
import { jobKey, type JobRef } from '../../model/job/job.ts';
import type { FlinkDeployment } from '../../model/job/flink-deployment.ts';
import { storeKeys } from '../../model/store-location.ts';
import type { SnapshotStore } from '../../adapters/storage/port.ts';

const maxObjectBytes = 4 << 20;

export async function keepReturning(
  store: SnapshotStore,
  job: JobRef,
  object: FlinkDeployment,
  signal: AbortSignal,
): Promise<void> {
  const bytes = new TextEncoder().encode(JSON.stringify(object));
  await store.put(storeKeys.returningKey(job), bytes, { contentType: 'application/json', signal });
}

export async function readReturning(
  store: SnapshotStore,
  job: JobRef,
  signal: AbortSignal,
): Promise<FlinkDeployment | undefined> {
  const bytes = await store.read(storeKeys.returningKey(job), { maxBytes: maxObjectBytes, signal });
  return bytes && (JSON.parse(new TextDecoder().decode(bytes)) as FlinkDeployment);
}

/** Jobs of which there is such an object: they were on their way back when somebody died. */
export async function listReturning(store: SnapshotStore, signal: AbortSignal): Promise<JobRef[]> {
  const found: JobRef[] = [];
  const namespaces = await store.children('preempted', signal);
  for (const namespace of namespaces.directories.map(lastPart)) {
    const jobs = await store.children(`preempted/${namespace}`, signal);
    for (const name of jobs.directories.map(lastPart)) {
      const job = { namespace, name };
      if (await store.stat(storeKeys.returningKey(job), signal)) found.push(job);
    }
  }
  return found.toSorted((a, b) => (jobKey(a) < jobKey(b) ? -1 : 1));
}

const lastPart = (path: string): string => path.split('/').filter(Boolean).at(-1)!;
