/** Deletes the copies of jars in one store that no recovery point and no object in Kubernetes names. */
import {
  copiesAmong,
  copiesNamedIn,
  planSweep,
  unnamedCopies,
  type SeenCopy,
  type SweepPlan,
} from '../../model/artifacts/sweep.ts';
import { jobKey, type JobRef } from '../../model/job/job.ts';
import { jobOf } from '../../model/job/flink-deployment.ts';
import { storeKeys } from '../../model/store-keys.ts';
import { forEachAtOnce } from '../../adapters/at-once.ts';
import { OutsideFailure } from '../../adapters/failure.ts';
import { listReturning, readReturning } from '../../jobs/run/returning.ts';
import { deletingForMs } from '../../jobs/claims/making-or-deleting.ts';
import type { SnapshotStore, StoredObject } from '../../adapters/storage/port.ts';
import { maxManifestBytes } from '../../jobs/recovery-points/recovery-points.ts';
import { readPointIndex } from '../../jobs/recovery-points/point-index.ts';
import {
  type Clock,
  type Clusters,
  type Configured,
  type Pulse,
  type Stores,
  zoneConfig,
} from '../../adapters/ports.ts';
import { leavingForMs, leavingMarks, markLeaving, whileDeletingCopies } from '../../jobs/claims/leaving.ts';
import { readSourceNote } from '../../jobs/artifacts/source-note.ts';

/** Manifests read at once: each is a few hundred kilobytes at most in practice. */
const readAtOnce = 16;

export interface SweptStore {
  /** Copies that went, or in a dry run would go now. */
  removed: { sha256: string; files: { key: string; sizeBytes: number }[] }[];
  /** Copies that nobody names and that may go later. */
  leaving: number;
  /** Why nothing was decided. */
  skipped?: string;
}

export interface SweepTask {
  /** Zone of the store. */
  zone: string;
  storeName: string;
  dryRun: boolean;
}

/** A store that fails is thrown, to be tried again; a zone that does not answer keeps all. */
export async function sweepStore(
  ports: Configured & Clusters & Stores & Clock,
  task: SweepTask,
  pulse: Pulse,
): Promise<SweptStore> {
  const { signal } = pulse;
  const store = ports.store(task.zone, task.storeName);
  const objects: StoredObject[] = [];
  for await (const object of store.list(storeKeys.artifactsPrefix, signal)) objects.push(object);
  const copies = copiesAmong(objects);
  const marksMs = await leavingMarks(store, signal);
  if (copies.length === 0 && marksMs.size === 0) return { removed: [], leaving: 0 };

  // Before anybody is asked for what he names: a mark must be old by then.
  const nowMs = task.dryRun ? ports.now() : await whileDeletingCopies(ports, store, async (at) => at.nowMs, signal);
  const named = await namedByObjects(ports, signal);
  if ('why' in named) return { removed: [], leaving: 0, skipped: named.why };
  const { orphanAgeMs } = ports.config.retention;
  const age = { nowMs, orphanAgeMs };
  // A store whose copies all have a job asks for no manifest.
  const isOpen = unnamedCopies({ copies, named: named.digests, ...age }).length > 0;
  if (isOpen) {
    const why = await addNamedInZone(ports, task.zone, named, signal);
    if (why !== undefined) return { removed: [], leaving: 0, skipped: why };
  }
  const plan = planSweep({ copies, marksMs, named: named.digests, ...age, markAgeMs: leavingForMs });
  const removed = task.dryRun ? plan.remove : await apply(ports, store, plan, marksMs, pulse);
  const leaving = unnamedCopies({ copies, named: named.digests, ...age });
  return { removed, leaving: leaving.length - removed.length };
}

/** By standbys, twins and jobs of every zone: who runs with a copy needs it at its JobManager's next start. */
async function namedByObjects(ports: Configured & Clusters, signal: AbortSignal): Promise<Named | { why: string }> {
  const digests = new Set<string>();
  const jobs = new Map<string, JobRef>();
  for (const zone of Object.keys(ports.config.zones)) {
    try {
      const objects = await ports.cluster(zone).listDeployments(undefined, signal);
      for (const sha256 of copiesNamedIn(JSON.stringify(objects))) digests.add(sha256);
      for (const job of objects.map(jobOf)) jobs.set(jobKey(job), job);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof OutsideFailure)) throw error;
      return { why: `which jars jobs of ${zone} use is not known: ${error.message}` };
    }
  }
  return { digests, jobs };
}

/** What is named so far, and the jobs by `namespace/name` of which the listings of Kubernetes had an object. */
interface Named {
  digests: Set<string>;
  jobs: ReadonlyMap<string, JobRef>;
}

/**
 * By recovery points, and by objects that change places, in all stores of the zone. Read as text, whatever version wrote
 * it. Listings only say where to look: each job's index is read by its key, and a job that no listing of Kubernetes showed
 * is asked for by its name. @returns why not all of it is known
 */
async function addNamedInZone(
  ports: Configured & Clusters & Stores,
  zone: string,
  { digests, jobs }: Named,
  signal: AbortSignal,
): Promise<string | undefined> {
  const addFrom = (text: string) => copiesNamedIn(text).forEach((sha256) => digests.add(sha256));
  const unlisted = new Map<string, JobRef>();
  for (const name of Object.keys(zoneConfig(ports, zone).stores)) {
    const store = ports.store(zone, name);
    const manifests = new Set<string>();
    const written = new Map<string, JobRef>();
    for await (const { key } of store.list('recovery-points', signal)) {
      if (!key.endsWith('/manifest.json')) continue;
      manifests.add(key);
      const [, namespace, jobName] = key.split('/');
      const job = { namespace: namespace!, name: jobName! };
      written.set(jobKey(job), job);
    }
    let unindexed: string | undefined;
    await forEachAtOnce(new Map([...jobs, ...written]).values(), readAtOnce, async (job) => {
      const index = await readPointIndex(store, job, signal);
      for (const id of index ?? []) manifests.add(storeKeys.recoveryPointKey(job, id));
      if (!index && written.has(jobKey(job))) unindexed = jobKey(job);
      if (!jobs.has(jobKey(job))) unlisted.set(jobKey(job), job);
    });
    if (unindexed !== undefined) {
      return `which jars the recovery points of ${unindexed} use is not known: their index cannot be read`;
    }
    await forEachAtOnce(manifests, readAtOnce, async (key) => {
      const bytes = await store.read(key, { maxBytes: maxManifestBytes, signal });
      addFrom(new TextDecoder().decode(bytes));
    });
    for (const job of await listReturning(store, signal)) {
      addFrom(JSON.stringify((await readReturning(store, job, signal)) ?? null));
    }
  }
  for (const one of Object.keys(ports.config.zones)) {
    await forEachAtOnce(unlisted.values(), readAtOnce, async (job) => {
      addFrom(JSON.stringify((await ports.cluster(one).getDeployment(job, signal)) ?? null));
    });
  }
  return undefined;
}

/** What it did not come to, the next look does. */
async function apply(
  ports: Clock,
  store: SnapshotStore,
  plan: SweepPlan,
  marksMs: ReadonlyMap<string, number>,
  { signal }: Pulse,
): Promise<SeenCopy[]> {
  for (const { sha256 } of plan.mark) await markLeaving(store, sha256, signal);
  for (const sha256 of plan.unmark) await store.delete(storeKeys.leavingCopyKey(sha256), signal);
  const removed: SeenCopy[] = [];
  if (plan.remove.length === 0) return removed;
  const endMs = ports.now() + deletingForMs;
  const timeOut = ports.timeout(deletingForMs);
  const bounded = AbortSignal.any([signal, timeOut]);
  await whileDeletingCopies(
    ports,
    store,
    async ({ alone }) => {
      if (!alone) return;
      for (const copy of plan.remove) {
        if (ports.now() >= endMs) return;
        // A round has made it young or taken it away, and may count on the copy.
        const mark = await store.stat(storeKeys.leavingCopyKey(copy.sha256), bounded);
        if (mark?.modifiedAt.getTime() !== marksMs.get(copy.sha256)) continue;
        for (const { key } of copy.files) await store.delete(key, bounded);
        await store.removeFolder(`${storeKeys.artifactsPrefix}/${copy.sha256}`, bounded);
        await store.delete(storeKeys.leavingCopyKey(copy.sha256), bounded);
        removed.push(copy);
      }
    },
    bounded,
  ).catch((error: unknown) => {
    signal.throwIfAborted();
    if (!timeOut.aborted || !(error instanceof OutsideFailure)) throw error;
  });
  await forgetSources(store, new Set(removed.map(({ sha256 }) => sha256)), signal);
  return removed;
}

/** A note without its copy only makes a round read the file again. */
async function forgetSources(store: SnapshotStore, gone: ReadonlySet<string>, signal: AbortSignal): Promise<void> {
  if (gone.size === 0) return;
  const notes: string[] = [];
  for await (const { key } of store.list(storeKeys.artifactSourcesPrefix, signal)) notes.push(key);
  await forEachAtOnce(notes, readAtOnce, async (key) => {
    const note = await readSourceNote(store, key, signal);
    if (note && gone.has(note.sha256)) await store.delete(key, signal);
  });
}
