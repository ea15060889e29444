/**
 * Deletes all recovery points of a job that is in no zone any more, once nothing was written for it for long enough.
 * Its epochs stay: a copy of it that comes back must not be the newest.
 */
import { jobKey, type JobRef } from '../../model/job/job.ts';
import { planRetention } from '../../model/recovery/retention/plan.ts';
import type { RetentionPlan, SeenFile } from '../../model/recovery/retention/types.ts';
import { storeKeys } from '../../model/store-location.ts';
import { OutsideFailure } from '../../adapters/failure.ts';
import type { SnapshotStore, StoredObject } from '../../adapters/storage/port.ts';
import {
  type Clock,
  type Clusters,
  type Configured,
  type Logging,
  type Pulse,
  type Stores,
  zoneConfig,
} from '../../adapters/ports.ts';
import { applyPlan } from '../../jobs/retention/apply-plan.ts';
import { deleteUnlessMaking, deletingForMs } from '../../jobs/claims/making-or-deleting.ts';
import { seePoints, type SeenPoints } from '../../jobs/recovery-points/see-points.ts';
import { Tally } from '../../jobs/retention/tally.ts';
import type { RetainForgottenRequest, RetainResult } from '../../model/results/retain.ts';

/** Whatever keeps it from being deleted now is a result; a store that fails is thrown, to be tried again. */
export async function retainForgotten(
  ports: Configured & Clusters & Stores & Logging & Clock,
  request: RetainForgottenRequest,
  pulse: Pulse,
): Promise<RetainResult> {
  const startedMs = ports.now();
  const job: JobRef = { namespace: request.namespace, name: request.name };
  const store = ports.store(request.peer ?? zoneConfig(ports, request.zone).peer, request.store);
  const tally = new Tally();
  const { dryRun = false } = request;
  const done = dryRun
    ? await rehearse(ports, store, job, tally, pulse.signal)
    : await remove(ports, store, job, tally, pulse.signal);
  const deed = dryRun ? 'would be deleted' : 'deleted';
  const counts = `${tally.points} recovery points, ${tally.total.files} files, ${tally.total.bytes} bytes ${deed}`;
  const sentence = 'finished' in done ? `no zone has ${jobKey(job)}; ${counts}` : done.why;
  if (!dryRun && tally.points > 0) ports.log.info({ job: jobKey(job), store: store.description }, sentence);
  return {
    ...job,
    outcome: 'skipped' in done ? 'skipped' : 'retained',
    code: null,
    sentence,
    dryRun,
    kept: 0,
    jobDeleted: true,
    unfinished: 'finished' in done && !done.finished,
    ...tally.total,
    seconds: (ports.now() - startedMs) / 1000,
  };
}

type Done = { finished: boolean } | { skipped: true; why: string } | { stays: true; why: string };

interface Everything {
  plan: RetentionPlan;
  points: SeenPoints;
  /** Beside the recovery points: notes of rounds and checks. */
  notes: string[];
}

async function rehearse(
  ports: Configured & Clusters & Clock,
  store: SnapshotStore,
  job: JobRef,
  tally: Tally,
  signal: AbortSignal,
): Promise<Done> {
  const all = await everything(ports, store, job, ports.now(), signal);
  if ('why' in all) return all;
  for (const point of all.plan.expire) {
    tally.point(point.id);
    for (const file of point.files) tally.file(file, point);
  }
  for (const file of all.plan.orphans) tally.file(file, undefined);
  return { finished: true };
}

async function remove(
  ports: Configured & Clusters & Clock,
  store: SnapshotStore,
  job: JobRef,
  tally: Tally,
  signal: AbortSignal,
): Promise<Done> {
  const endMs = ports.now() + deletingForMs;
  const isOver = () => signal.aborted || ports.now() >= endMs;
  const ran = await deleteUnlessMaking(
    ports,
    store,
    job,
    async (nowMs): Promise<Done> => {
      const all = await everything(ports, store, job, nowMs, signal);
      if ('why' in all) return all;
      // All of it is old, as was just seen.
      const orphanAgeMs = 0;
      const expired = ({ id }: { id: string }) => tally.point(id);
      const deleted = (file: SeenFile | { key: string; sizeBytes: number }, of: { id: string } | undefined) =>
        tally.file(file, of);
      const run = { store, job, signal, isOver, nowMs, orphanAgeMs, expired, deleted };
      const finished = await applyPlan(all.plan, all.points, run);
      if (!finished) return { finished };
      for (const key of all.notes) await store.delete(key, signal);
      await store.removeFolder(storeKeys.recoveryPointsPrefix(job), signal);
      return { finished };
    },
    signal,
  );
  return ran.making ? { skipped: true, why: `a recovery point of ${jobKey(job)} is being made` } : ran.value;
}

/** What goes, or why nothing does. `nowMs` is the store's own time where something will be deleted. */
async function everything(
  ports: Configured & Clusters,
  store: SnapshotStore,
  job: JobRef,
  nowMs: number,
  signal: AbortSignal,
): Promise<Everything | Exclude<Done, { finished: boolean }>> {
  const found = await whereItIs(ports, job, signal);
  if (found) return found;
  const beside = await listed(store, storeKeys.recoveryPointsPrefix(job), signal);
  const snapshotsFolder = storeKeys.snapshotsPrefix(job);
  const files = await listed(store, snapshotsFolder, signal);
  // Tombstones are our own: a deletion that was broken off goes on.
  const written = [...beside, ...files].filter(({ key }) => !key.endsWith('/expired.json'));
  // A listing may leave the newest out: what each round writes is asked for by its key.
  for (const key of [storeKeys.pointIndexKey(job), storeKeys.lastRoundKey(job)]) {
    const note = await store.stat(key, signal);
    if (note) written.push(note);
  }
  const newestMs = written.reduce((newest, { modifiedAt }) => Math.max(newest, modifiedAt.getTime()), 0);
  const { deletedJobsAfterMs, orphanAgeMs } = ports.config.retention;
  if (nowMs - newestMs < deletedJobsAfterMs) {
    const until = new Date(newestMs + deletedJobsAfterMs).toISOString();
    return { stays: true, why: `no zone has ${jobKey(job)}; its recovery points stay until ${until}` };
  }
  const points = await seePoints(store, job, signal);
  if (points.undecided !== undefined) return { skipped: true, why: points.undecided };
  const plan = planRetention({
    // As if their deletion had begun: such a one is kept for nobody.
    points: points.points.map((point) => ({ ...point, manifest: 'gone' })),
    files: files.map(({ key, sizeBytes, modifiedAt }) => ({ key, sizeBytes, ageMs: nowMs - modifiedAt.getTime() })),
    snapshotsFolder,
    policy: { keep: 1, keepForMs: 0 },
    held: { points: new Set(), snapshots: new Set(), files: new Set() },
    nowMs,
    orphanAgeMs,
  });
  const folder = `${storeKeys.recoveryPointsPrefix(job)}/`;
  const notes = beside.map(({ key }) => key).filter((key) => !key.slice(folder.length).includes('/'));
  return { plan, points, notes };
}

/** Any object of it in any zone keeps all: active, standby, twin or suspended. So does a zone that does not answer. */
async function whereItIs(
  ports: Configured & Clusters,
  job: JobRef,
  signal: AbortSignal,
): Promise<{ skipped: true; why: string } | { stays: true; why: string } | undefined> {
  for (const zone of Object.keys(ports.config.zones)) {
    try {
      const object = await ports.cluster(zone).getDeployment(job, signal);
      if (object) return { stays: true, why: `${zone} has ${jobKey(job)}` };
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof OutsideFailure)) throw error;
      return { skipped: true, why: `whether ${zone} has ${jobKey(job)} is not known: ${error.message}` };
    }
  }
  return undefined;
}

async function listed(store: SnapshotStore, folder: string, signal: AbortSignal): Promise<StoredObject[]> {
  const objects: StoredObject[] = [];
  for await (const object of store.list(folder, signal)) objects.push(object);
  return objects;
}
