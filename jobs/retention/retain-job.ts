/** Deletes the recovery points of one job that its policy does not keep, with the files that nothing else needs. */
import { jobKey, type JobRef } from '../../model/job/job.ts';
import { planRetention } from '../../model/recovery/retention/plan.ts';
import type {
  RetentionPlan,
  RetentionPolicy,
  RetentionQuestion,
  SeenFile,
} from '../../model/recovery/retention/types.ts';
import { storeKeys } from '../../model/store-location.ts';
import { OutsideFailure } from '../../adapters/failure.ts';
import type { SnapshotStore } from '../../adapters/storage/port.ts';
import { TypedFailure } from '../../adapters/typed-failure.ts';
import type { Clock, Clusters, Configured, FlinkAccess, Logging, Pulse, Stores, Ports } from '../../adapters/ports.ts';
import { applyPlan } from './apply-plan.ts';
import { findJob, type KeptJob } from '../recovery-points/find-job.ts';
import { heldState } from './held-state.ts';
import { deleteUnlessMaking, deletingForMs } from '../claims/making-or-deleting.ts';
import { seePoints, type SeenPoints } from '../recovery-points/see-points.ts';
import { Tally } from './tally.ts';
import type { RetainJobRequest, RetainResult } from '../../model/results/retain.ts';

/** What is wrong with the job is a result; a store or API server that fails is thrown, to be tried again. */
export async function retainJob(ports: Ports, request: RetainJobRequest, pulse: Pulse): Promise<RetainResult> {
  const startedMs = ports.now();
  const job: JobRef = { namespace: request.namespace, name: request.name };
  const tally = new Tally();
  const result = (
    outcome: RetainResult['outcome'],
    sentence: string,
    more: Partial<Pick<RetainResult, 'code' | 'kept' | 'unfinished'>> = {},
  ): RetainResult => ({
    ...job,
    outcome,
    code: null,
    sentence,
    dryRun: request.dryRun ?? false,
    kept: 0,
    unfinished: false,
    ...tally.total,
    seconds: (ports.now() - startedMs) / 1000,
    ...more,
  });
  try {
    const kept = await findJob(ports, request.zone, job, pulse.signal);
    const done = request.dryRun
      ? await rehearse(ports, kept, tally, pulse.signal)
      : await retain(ports, kept, tally, pulse.signal);
    if ('skipped' in done) return result('skipped', done.skipped);
    const { files, bytes } = tally.total;
    const deed = request.dryRun ? 'would be deleted' : 'deleted';
    const rest = done.finished ? '' : '; the rest follows in the next run';
    const sentence = `${done.kept} kept; ${tally.points} recovery points, ${files} files, ${bytes} bytes ${deed}${rest}`;
    return result('retained', sentence, { kept: done.kept, unfinished: !done.finished });
  } catch (error) {
    if (!(error instanceof TypedFailure)) throw error;
    ports.log.warn({ job: jobKey(job), zone: request.zone, code: error.code }, error.message);
    return result('failed', error.message, { code: error.code });
  }
}

const nothing: RetentionPlan = {
  keep: [],
  expire: [],
  orphans: [],
  orphanFolders: [],
  reliedOn: [],
  blockedBy: undefined,
};

type Done = { skipped: string } | { kept: number; finished: boolean };

async function rehearse(ports: Ports, kept: KeptJob, tally: Tally, signal: AbortSignal): Promise<Done> {
  const seen = await decide(ports, kept, ports.now(), signal);
  if ('skipped' in seen) return seen;
  for (const point of seen.plan.expire) {
    tally.point(point.id);
    for (const file of point.files) tally.file(file, point);
  }
  for (const file of seen.plan.orphans) tally.file(file, undefined);
  return { kept: seen.plan.keep.length, finished: true };
}

async function retain(ports: Ports, kept: KeptJob, tally: Tally, signal: AbortSignal): Promise<Done> {
  const { store, job } = kept;
  const endMs = ports.now() + deletingForMs;
  const timeOut = ports.timeout(deletingForMs);
  const bounded = AbortSignal.any([signal, timeOut]);
  const isOver = () => bounded.aborted || ports.now() >= endMs;
  let keptPoints = 0;
  try {
    const ran = await deleteUnlessMaking(
      ports,
      store,
      job,
      async (nowMs): Promise<Done> => {
        const seen = await decide(ports, kept, nowMs, bounded);
        if ('skipped' in seen) return seen;
        const { plan, points } = seen;
        keptPoints = plan.keep.length;
        const finished = await applyPlan(plan, points, {
          store,
          job,
          signal: bounded,
          isOver,
          nowMs,
          orphanAgeMs: ports.config.retention.orphanAgeMs,
          expired: ({ id }) => tally.point(id),
          deleted: (file, of) => tally.file(file, of),
        });
        return { kept: keptPoints, finished };
      },
      bounded,
    );
    return ran.making
      ? { skipped: `a recovery point of ${jobKey(job)} is being made; nothing was deleted` }
      : ran.value;
  } catch (error) {
    signal.throwIfAborted();
    if (timeOut.aborted && error instanceof OutsideFailure) return { kept: keptPoints, finished: false };
    throw error;
  }
}

/** `nowMs` is the store's own time where something will be deleted: files and marks are dated by it. */
async function decide(
  ports: Configured & Clusters & Stores & FlinkAccess & Logging & Clock,
  kept: KeptJob,
  nowMs: number,
  signal: AbortSignal,
): Promise<{ skipped: string } | { plan: RetentionPlan; points: SeenPoints }> {
  const { store, job, tier } = kept;
  const seen = await seePoints(store, job, signal);
  if (seen.undecided !== undefined) return { skipped: `${seen.undecided}; nothing is deleted` };
  if (!seen.complete) {
    const index = storeKeys.pointIndexKey(job);
    const why = `${index} cannot be read, so there may be recovery points that no listing shows`;
    if (seen.points.length > 0) return { skipped: `${why}; nothing is deleted` };
    // No round has come so far: what lies there may yet belong to one.
    return { plan: nothing, points: { ...seen, hulls: [], unwritten: [] } };
  }
  const held = await heldState(ports, { ...kept, points: seen.points }, signal);
  const snapshotsFolder = storeKeys.snapshotsPrefix(job);
  const files: SeenFile[] = [];
  for await (const { key, sizeBytes, modifiedAt } of store.list(snapshotsFolder, signal)) {
    files.push({ key, sizeBytes, ageMs: nowMs - modifiedAt.getTime() });
  }
  const policy: RetentionPolicy = ports.config.tiers[tier];
  const { orphanAgeMs } = ports.config.retention;
  const question = { files, snapshotsFolder, policy, held, nowMs, orphanAgeMs };
  const plan = await planConfirmed(store, job, { ...question, points: seen.points }, signal);
  if (plan.blockedBy !== undefined) {
    const why = `the manifest of ${plan.blockedBy} cannot be read, so nobody knows which files it needs`;
    return { skipped: `${why}; nothing is deleted until newer ones have taken its place` };
  }
  return { plan, points: seen };
}

/**
 * The plan, once those recovery points for whose sake others may go were asked for by key: whether a check marked them,
 * and whether their `_metadata` is there. What is not so counts as damaged, and the plan is made anew.
 */
async function planConfirmed(
  store: SnapshotStore,
  job: JobRef,
  question: RetentionQuestion,
  signal: AbortSignal,
): Promise<RetentionPlan> {
  let { points } = question;
  const confirmed = new Set<string>();
  for (;;) {
    const plan = planRetention({ ...question, points });
    const open = plan.reliedOn.filter((id) => !confirmed.has(id));
    if (plan.expire.length === 0 || open.length === 0) return plan;
    const doubtful = new Set<string>();
    for (const id of open) {
      confirmed.add(id);
      const snapshot = points.find((point) => point.id === id)?.snapshot;
      const [mark, metadata] = await Promise.all([
        store.stat(storeKeys.damageKey(job, id), signal),
        snapshot === undefined ? undefined : store.stat(`${snapshot}/_metadata`, signal),
      ]);
      if (mark || !metadata) doubtful.add(id);
    }
    points = points.map((point) => (doubtful.has(point.id) ? { ...point, damaged: true } : point));
  }
}
