/** Starts a job anew that was started by this escape and did not come up: one rung of the ladder. */
import { fallbackOf, withFallback } from '../../model/move/fallback.ts';
import type { Rung } from '../../model/move/ladder.ts';
import { startPatch } from '../../model/move/standby.ts';
import { jobKey } from '../../model/job/job.ts';
import { annotations, labels } from '../../model/job/marks.ts';
import type { FlinkDeployment } from '../../model/job/flink-deployment.ts';
import { keyOfFlinkPath, storeKeys } from '../../model/store-location.ts';
import { ArtifactSight } from '../artifacts/artifact-sight.ts';
import { holderOfEpoch } from '../claims/epochs.ts';
import { chooseRecoveryPoint, readManifest } from '../recovery-points/recovery-points.ts';
import {
  type Clock,
  type Clusters,
  type Configured,
  type Logging,
  type Pulse,
  type Stores,
  zoneConfig,
} from '../../adapters/ports.ts';
import { freshStandby } from '../standby/fresh-standby.ts';
import { replaceDeployment } from '../standby/replace-deployment.ts';
import type { Move } from '../../model/move/move.ts';
import type { StartedJob } from '../../model/results/escape.ts';
import { storeNameOf } from '../../model/placement/job-store.ts';

export interface Climb {
  rung: Rung;
  /** Which start of this job it is, the first being 0. */
  nth: number;
  /** Ids of the recovery points from which it did not come up. */
  triedPoints: string[];
  /** What the start before this one came to, for the report. */
  because: string;
}

/** `started` anew, or why this rung is not there for this job. */
export type ClimbResult = { started: StartedJob } | { not: string };

/** Kept in the store before the failed object is deleted: all that is needed to go on after a worker's death. */
interface Decision {
  fresh: FlinkDeployment;
  started: StartedJob;
}

/** Where the escape keeps what it decided: somewhere that outlives this worker. */
export interface DecisionArchive {
  read(key: string, options: { maxBytes: number; signal: AbortSignal }): Promise<Uint8Array | undefined>;
  keep(key: string, bytes: Uint8Array, options: { contentType: string; signal: AbortSignal }): Promise<unknown>;
}

const maxDecisionBytes = 4 << 20;

/** Replaces the job's object by a fresh one and starts that, under the epoch that the escape holds. May be repeated. */
export async function climbJob(
  ports: Configured & Clusters & Stores & Logging & Clock,
  move: Move,
  job: StartedJob,
  climb: Climb,
  archive: DecisionArchive,
  pulse: Pulse,
): Promise<ClimbResult> {
  const key = `${storeKeys.reportPrefix(move.kind, move.id)}/starts/${jobKey(job)}-${climb.nth}.json`;
  const kept = await archive.read(key, { maxBytes: maxDecisionBytes, signal: pulse.signal });
  const decision = kept
    ? (JSON.parse(new TextDecoder().decode(kept)) as Decision)
    : await decide(ports, move, job, climb, pulse.signal);
  if ('not' in decision) return decision;
  if (!kept) {
    const bytes = new TextEncoder().encode(JSON.stringify(decision));
    await archive.keep(key, bytes, { contentType: 'application/json', signal: pulse.signal });
  }
  await apply(ports, move, climb, decision, pulse.signal);
  // Times count from when it was really started, not from an attempt that died.
  return { started: { ...decision.started, startedAt: new Date(ports.now()).toISOString() } };
}

async function decide(
  ports: Configured & Clusters & Stores,
  move: Move,
  job: StartedJob,
  climb: Climb,
  signal: AbortSignal,
): Promise<Decision | { not: string }> {
  const peer = zoneConfig(ports, job.to);
  const failed = await ports.cluster(job.to).getDeployment(job, signal);
  if (!failed) return { not: 'its object was deleted by somebody else' };
  const marks = failed.metadata.annotations ?? {};
  const storeName = storeNameOf(failed, peer);
  const store = ports.store(job.to, storeName);
  if ((await holderOfEpoch(store, job, job.epoch, signal)) !== move.id) {
    return { not: `epoch ${job.epoch} of ${jobKey(job)} is not held by this escape` };
  }
  const { fallback, bad } = fallbackOf(marks);
  if (climb.rung === 'fallback' && !fallback) return { not: bad ?? 'its owner allows no other settings' };

  const point = {
    manifestKey: storeKeys.recoveryPointKey(job, job.recoveryPoint),
    damage: undefined as string | undefined,
  };
  if (climb.rung === 'older') {
    const named = marks[annotations.recoveryPoint];
    const namedKey = named === undefined ? undefined : keyOfFlinkPath(peer.stores[storeName]!, named);
    const tried = new Set(climb.triedPoints);
    const isTried = [...tried].some((id) => storeKeys.recoveryPointKey(job, id) === namedKey);
    const sight = new ArtifactSight(ports);
    const { chosen } = await chooseRecoveryPoint(store, job, isTried ? undefined : namedKey, signal, {
      passOver: tried,
      lackOf: (manifest) => sight.lackOf(manifest, signal),
    });
    if (!chosen) return { not: 'there is no older intact recovery point' };
    point.manifestKey = chosen.manifestKey;
  }
  const read = await readManifest(store, point.manifestKey, signal);
  if (!read.ok) return { not: read.why };
  const { manifest } = read;

  const settings = climb.rung === 'fallback' ? fallback : undefined;
  const spec = settings ? withFallback(manifest.spec, settings) : manifest.spec;
  const fresh = freshStandby(failed, manifest, spec);
  const ofThisStart = { [annotations.escape]: move.id, [annotations.climbed]: String(climb.nth) };
  fresh.metadata.annotations = { ...fresh.metadata.annotations, ...ofThisStart };
  return {
    fresh,
    started: {
      ...job,
      kind: 'standby',
      recoveryPoint: manifest.id,
      restorePath: manifest.restorePath,
      stateAt: manifest.stateAt,
      notes: [...job.notes, noteOf(climb)],
    },
  };
}

/** An object that has run ignores the path to restore, so it is replaced; marks tell how far an earlier attempt came. */
async function apply(
  ports: Clusters & Logging,
  move: Move,
  climb: Climb,
  { fresh, started }: Decision,
  signal: AbortSignal,
): Promise<void> {
  const cluster = ports.cluster(started.to);
  const there = await cluster.getDeployment(started, signal);
  const before = there?.metadata.annotations ?? {};
  const isOurs = before[annotations.escape] === move.id;
  const isFresh = isOurs && Number(before[annotations.climbed] ?? 0) >= climb.nth;
  if (there && isFresh && there.metadata.labels?.[labels.role] === 'active') return;
  // The decision was kept before this.
  if (!isFresh) await replaceDeployment(cluster, { old: there, fresh, madeAgainFrom: 'other records' }, signal);
  const patch = startPatch({
    to: started.to,
    epoch: started.epoch,
    restorePath: started.restorePath,
    escapeId: move.id,
    allowNonRestoredState: fresh.spec.job?.allowNonRestoredState ?? false,
  });
  await cluster.patchDeployment(started, patch, signal);
  const { epoch, notes } = started;
  const fields = { job: jobKey(started), zone: started.to, incident: move.incident, epoch };
  ports.log.warn(fields, `started anew: ${notes.at(-1)}`);
}

function noteOf({ rung, because, nth }: Climb): string {
  const how = {
    again: 'from the same recovery point with a fresh object',
    older: 'from an older recovery point',
    fallback: 'with the settings that its owner allows for this case',
  }[rung];
  return `start ${nth + 1}, ${how}, after ${because}`;
}
