/** Laws that are judged while a run goes on, at each request and each write. */
import { jobKey } from '../../../../model/job/job.ts';
import { annotations, labels } from '../../../../model/job/marks.ts';
import { jobOf, type FlinkDeployment } from '../../../../model/job/flink-deployment.ts';
import type { EscapePlan } from '../../../../model/move/plan-types.ts';
import { storeKeys } from '../../../../model/store-keys.ts';
import type { LedgerEntry } from '../../../../simulation/world/ledger.ts';
import type { Stage } from '../scenario/stage.ts';
import { currentWork, type Work } from '../../../../simulation/temporal/current-work.ts';
import type { LawBook } from './law-book.ts';

/** Requests that change something. */
const writes =
  /^(kubernetes (apply|patch|delete|poke|apply configmap)|store (put|createIfAbsent|writeStream|delete)|flink trigger.*)$/;
const fencing = new Set(['kubernetes list', 'kubernetes patch', 'kubernetes apply configmap']);

export function watchLaws(stage: Stage, laws: LawBook): void {
  stage.world.ledger.onNote((entry) => {
    const work = currentWork.getStore();
    if (!work) return;
    lostZoneIsLeftAlone(laws, entry, work);
    dryRunChangesNothing(laws, entry, work);
    approvalIsWaitedFor(stage, laws, entry, work);
  });
  for (const zone of [stage.home, stage.peer]) {
    const started = new Map<string, number>();
    stage.world.cluster(zone).onWrite = (before, after) => {
      const work = currentWork.getStore();
      startsAreClaimed(stage, laws, zone, before, after);
      activeJobsAreLeftRunning(laws, zone, { before, after, work });
      fencingIsByRight(stage, laws, zone, { before, after, work });
      wavesKeepTheirOrder(stage, laws, zone, { before, after, started });
    };
  }
}

function lostZoneIsLeftAlone(laws: LawBook, { zone, kind, object }: LedgerEntry, work: Work): void {
  const lost = /^(?:escape|escape-active|fence)\/([^/]+)/.exec(work.workflowId)?.[1];
  if (zone !== lost) return;
  const isFine = work.activity === 'fenceZone' && fencing.has(kind);
  laws.holds('an escape touches nothing in the lost zone but to fence', isFine, () => {
    return `${work.activity} asked ${zone} for ${kind} of ${object}`;
  });
}

function approvalIsWaitedFor(stage: Stage, laws: LawBook, { zone, kind, object }: LedgerEntry, work: Work): void {
  if (stage.time.nowMs >= stage.changesFromMs || !work.workflowId.startsWith('escape') || !writes.test(kind)) return;
  const isFine = kind.startsWith('store') && /^(reports\/|\.probe\/)/.test(object);
  laws.holds('nothing is changed before it is approved', isFine, () => {
    return `${work.activity} did ${kind} of ${object} in ${zone}`;
  });
}

function dryRunChangesNothing(
  laws: LawBook,
  { zone, kind, object }: LedgerEntry,
  { workflowId, activity }: Work,
): void {
  if (!workflowId.includes('/dry-run') || !writes.test(kind)) return;
  const isFine = kind.startsWith('store') && /^(reports\/|\.probe\/)/.test(object);
  laws.holds('a dry run changes nothing', isFine, () => `${activity} did ${kind} of ${object} in ${zone}`);
}

/** It runs, or is about to, as the job's one copy. */
function isActive(deployment: FlinkDeployment | undefined): deployment is FlinkDeployment {
  const role = deployment?.metadata.labels?.[labels.role] ?? 'active';
  return deployment?.spec.job?.state === 'running' && role === 'active';
}

function epochOf(deployment: FlinkDeployment): number {
  return Number(deployment.metadata.annotations?.[annotations.epoch] ?? 0);
}

/** Who claimed an epoch in a zone's store. */
export function holderIn(stage: Stage, zone: string, job: string, epoch: number): string | undefined {
  const [namespace = '', name = ''] = job.split('/');
  const bytes = stage.world.store(zone).objects.get(storeKeys.epochKey({ namespace, name }, epoch))?.bytes;
  return bytes && (JSON.parse(new TextDecoder().decode(bytes)) as { owner?: string }).owner;
}

export function newestEpochIn(stage: Stage, zone: string, job: string): number {
  const [namespace = '', name = ''] = job.split('/');
  const keys = stage.world.store(zone).keys(storeKeys.epochsPrefix({ namespace, name }));
  return Math.max(0, ...keys.map((key) => Number(key.split('/').at(-1))));
}

function startsAreClaimed(
  stage: Stage,
  laws: LawBook,
  zone: string,
  before: FlinkDeployment | undefined,
  after: FlinkDeployment,
): void {
  const escape = after.metadata.annotations?.[annotations.escape];
  if (escape === undefined || !isActive(after) || isActive(before)) return;
  const job = jobKey(jobOf(after));
  const epoch = epochOf(after);
  const holder = holderIn(stage, zone, job, epoch);
  const newest = newestEpochIn(stage, zone, job);
  laws.holds('every start claims its epoch first', holder === escape && newest === epoch, () => {
    return `${job} was started with epoch ${epoch} by ${escape}; that epoch is held by ${holder ?? 'nobody'}, the newest is ${newest}`;
  });
}

interface Write {
  before: FlinkDeployment | undefined;
  after: FlinkDeployment;
  work: Work | undefined;
}

/** Only fencing stops a copy, a start replaces its own, and P3 makes room. */
function activeJobsAreLeftRunning(laws: LawBook, zone: string, { before, after, work }: Write): void {
  if (!isActive(before) || isActive(after) || !work || work.activity === 'fenceZone') return;
  if (work.activity === 'preemptJob' && before.metadata.labels?.[labels.tier] === 'P3') return;
  const job = jobKey(jobOf(after));
  laws.broke('a job that runs is stopped by fencing alone', `${work.activity} stopped ${job} in ${zone}`);
}

/** A job that was not started elsewhere keeps the copy that it has. */
function fencingIsByRight(stage: Stage, laws: LawBook, zone: string, { before, after, work }: Write): void {
  if (work?.activity !== 'fenceZone' || !isActive(before) || isActive(after)) return;
  const job = jobKey(jobOf(after));
  const other = zone === stage.home ? stage.peer : stage.home;
  const holder = holderIn(stage, other, job, epochOf(after));
  const isFine = holder !== undefined && holder !== 'protect';
  laws.holds('fencing stops only what was claimed', isFine, () => {
    return `${job} was stopped in ${zone} for epoch ${epochOf(after)}, which is held by ${holder ?? 'nobody'}`;
  });
}

/** The first start of each job of a wave comes before that of any job of a later one. */
function wavesKeepTheirOrder(
  stage: Stage,
  laws: LawBook,
  zone: string,
  {
    before,
    after,
    started,
  }: { before: FlinkDeployment | undefined; after: FlinkDeployment; started: Map<string, number> },
): void {
  const escape = after.metadata.annotations?.[annotations.escape];
  if (escape === undefined || !isActive(after) || isActive(before)) return;
  const job = jobKey(jobOf(after));
  const first = `${escape} ${job}`;
  if (started.has(first)) return;
  const wave = planOf(stage, zone, escape)?.waves.find(({ jobs }) => jobs.some((one) => jobKey(one) === job))?.wave;
  // A tier that people hold lets those behind it pass.
  const tier = after.metadata.labels?.[labels.tier];
  const isHeld = stage.scenario.words.some(({ says }) => says.word === 'holdTier' && says.tier === tier);
  if (wave === undefined || isHeld) return;
  for (const [other, later] of started) {
    laws.holds('the most important first', !other.startsWith(`${escape} `) || later <= wave, () => {
      return `${job} of wave ${wave} was started after ${other.split(' ')[1]} of wave ${later}`;
    });
  }
  started.set(first, wave);
}

/** The plan as the escape keeps it. */
export function planOf(stage: Stage, zone: string, escapeId: string): EscapePlan | undefined {
  const key = `${storeKeys.reportPrefix('escape', escapeId)}/plan.json`;
  const bytes = stage.world.store(zone).objects.get(key)?.bytes;
  return bytes && (JSON.parse(new TextDecoder().decode(bytes)) as EscapePlan);
}
