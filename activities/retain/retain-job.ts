/** Deletes the recovery points of one job that its policy does not keep, with the files that nothing else needs. */
import { jobKey, type JobRef } from '../../model/job.ts';
import { planRetention } from '../../model/retention/plan.ts';
import type { RetentionPlan, RetentionPolicy, SeenFile } from '../../model/retention/types.ts';
import { storeKeys } from '../../model/store-location.ts';
import { OutsideFailure } from '../failure.ts';
import { TypedFailure } from '../typed-failure.ts';
import type { Pulse, World } from '../world.ts';
import { applyPlan } from './apply-plan.ts';
import { findJob, type KeptJob } from './find-job.ts';
import { heldState } from './held-state.ts';
import { deleteUnlessMaking, deletingForMs } from './making-or-deleting.ts';
import { seePoints } from './see-points.ts';
import { Tally } from './tally.ts';
import type { RetainJobRequest, RetainResult } from './types.ts';

/** What is wrong with the job is a result; a store or API server that fails is thrown, to be tried again. */
export async function retainJob(world: World, request: RetainJobRequest, pulse: Pulse): Promise<RetainResult> {
  const startedMs = world.now();
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
    seconds: (world.now() - startedMs) / 1000,
    ...more,
  });
  try {
    const kept = await findJob(world, request.zone, job, pulse.signal);
    const done = request.dryRun
      ? await rehearse(world, kept, tally, pulse.signal)
      : await retain(world, kept, tally, pulse.signal);
    if ('skipped' in done) return result('skipped', done.skipped);
    const { files, bytes } = tally.total;
    const deed = request.dryRun ? 'would be deleted' : 'deleted';
    const rest = done.finished ? '' : '; the rest follows in the next run';
    const sentence = `${done.kept} kept; ${tally.points} recovery points, ${files} files, ${bytes} bytes ${deed}${rest}`;
    return result('retained', sentence, { kept: done.kept, unfinished: !done.finished });
  } catch (error) {
    if (!(error instanceof TypedFailure)) throw error;
    world.log.warn({ job: jobKey(job), zone: request.zone, code: error.code }, error.message);
    return result('failed', error.message, { code: error.code });
  }
}

type Done = { skipped: string } | { kept: number; finished: boolean };

async function rehearse(world: World, kept: KeptJob, tally: Tally, signal: AbortSignal): Promise<Done> {
  const seen = await decide(world, kept, world.now(), signal);
  if ('skipped' in seen) return seen;
  for (const point of seen.plan.expire) {
    tally.point(point.id);
    for (const file of point.files) tally.file(file, point);
  }
  for (const file of seen.plan.orphans) tally.file(file, undefined);
  return { kept: seen.plan.keep.length, finished: true };
}

async function retain(world: World, kept: KeptJob, tally: Tally, signal: AbortSignal): Promise<Done> {
  const { store, job } = kept;
  const endMs = world.now() + deletingForMs;
  const timeOut = AbortSignal.timeout(deletingForMs);
  const bounded = AbortSignal.any([signal, timeOut]);
  const isOver = () => bounded.aborted || world.now() >= endMs;
  let keptPoints = 0;
  try {
    const ran = await deleteUnlessMaking(
      store,
      job,
      async (nowMs): Promise<Done> => {
        const seen = await decide(world, kept, nowMs, bounded);
        if ('skipped' in seen) return seen;
        const { plan, hulls } = seen;
        keptPoints = plan.keep.length;
        for (const { id } of plan.expire) tally.point(id);
        const finished = await applyPlan(plan, hulls, {
          store,
          job,
          signal: bounded,
          isOver,
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
  world: World,
  kept: KeptJob,
  nowMs: number,
  signal: AbortSignal,
): Promise<{ skipped: string } | { plan: RetentionPlan; hulls: string[] }> {
  const { store, job, tier } = kept;
  const { points, hulls, foreign } = await seePoints(store, job, signal);
  if (foreign !== undefined) {
    return { skipped: `${foreign}; it was written by another version of az-escape, so nothing is deleted` };
  }
  const held = await heldState(world, { ...kept, points }, signal);
  const snapshotsFolder = storeKeys.snapshotsPrefix(job);
  const files: SeenFile[] = [];
  for await (const { key, sizeBytes, modifiedAt } of store.list(snapshotsFolder, signal)) {
    files.push({ key, sizeBytes, ageMs: nowMs - modifiedAt.getTime() });
  }
  const policy: RetentionPolicy = world.config.tiers[tier];
  const { orphanAgeMs } = world.config.retention;
  const plan = planRetention({ points, files, snapshotsFolder, policy, held, nowMs, orphanAgeMs });
  if (plan.blockedBy === undefined) return { plan, hulls };
  const why = `the manifest of ${plan.blockedBy} cannot be read, so nobody knows which files it needs`;
  return { skipped: `${why}; nothing is deleted until newer ones have taken its place` };
}
