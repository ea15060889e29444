/**
 * Where everything lies in a zone's store, as keys below its prefix. One place, so that protecting, escaping and
 * reporting find each other's objects. A `…Prefix` names a folder, without a slash at its end.
 */
import { jobKey, type JobRef } from './job/job.ts';

export type ReportKind = 'escape' | 'relocate' | 'drill';

export const artifactFolder = 'artifacts/sha256';

export const storeKeys = {
  /** Folder of a job's recovery points: one folder each, by id. */
  recoveryPointsPrefix: (job: JobRef) => `recovery-points/${jobKey(job)}`,
  /** Folder of one recovery point. */
  recoveryPointPrefix: (job: JobRef, id: string) => `recovery-points/${jobKey(job)}/${id}`,
  /** Manifest of a recovery point: written last, so it is there only if all else is. */
  recoveryPointKey: (job: JobRef, id: string) => `recovery-points/${jobKey(job)}/${id}/manifest.json`,
  /** What the manifest said, once its recovery point is being deleted: written before the manifest goes. */
  tombstoneKey: (job: JobRef, id: string) => `recovery-points/${jobKey(job)}/${id}/expired.json`,
  /** Ids of all recovery points that were made and not yet deleted, for who must not trust a listing. */
  pointIndexKey: (job: JobRef) => `recovery-points/${jobKey(job)}/index.json`,
  /** What the newest round of protection came to. */
  lastRoundKey: (job: JobRef) => `recovery-points/${jobKey(job)}/last-round.json`,
  /** What a re-check found wrong with a recovery point: an escape passes over it. */
  damageKey: (job: JobRef, id: string) => `recovery-points/${jobKey(job)}/${id}/damaged.json`,
  /** What checks have read of the files of all recovery points of a job. */
  checksKey: (job: JobRef) => `recovery-points/${jobKey(job)}/checks.json`,

  /** Folder of a job's announcements: somebody makes a recovery point, so nothing may be deleted. */
  makingPrefix: (job: JobRef) => `making/${jobKey(job)}`,
  makingKey: (job: JobRef, token: string) => `making/${jobKey(job)}/${token}`,
  /** Folder of the opposite announcements: somebody deletes, so whoever makes a recovery point waits. */
  deletingPrefix: (job: JobRef) => `deleting/${jobKey(job)}`,
  deletingKey: (job: JobRef, token: string) => `deleting/${jobKey(job)}/${token}`,

  /** The newest announcement of each kind, under keys that nobody has to list for. */
  makerKey: (job: JobRef) => `at-work/${jobKey(job)}/making`,
  deleterKey: (job: JobRef) => `at-work/${jobKey(job)}/deleting`,

  /** Folder of all Flink files of a job: its savepoints by trigger id, its shipped checkpoints. */
  snapshotsPrefix: (job: JobRef) => `snapshots/${jobKey(job)}`,
  /**
   * Folder of one trigger: Flink makes `savepoint-…/` in it. One folder a trigger lets a savepoint be found whose
   * answer was lost.
   */
  snapshotPrefix: (job: JobRef, triggerId: string) => `snapshots/${jobKey(job)}/${triggerId}`,
  /** Folder of the copied files that several shipped checkpoints may refer to, each under its whole path at home. */
  shippedFilesPrefix: (job: JobRef) => `snapshots/${jobKey(job)}/shipped/files`,
  /**
   * Folder of one shipped checkpoint: its `_metadata`, and the files that lie beside it. The trigger time is part of
   * it because a job that was started again under its old id counts its checkpoints from an earlier number.
   */
  shippedCheckpointPrefix: (job: JobRef, taken: { jobId: string; checkpointId: number; triggeredMs: number }) =>
    `snapshots/${jobKey(job)}/shipped/checkpoints/${taken.jobId}/chk-${taken.checkpointId}-${taken.triggeredMs}`,

  /** Folder of what a job needs that made room for others: its savepoints, and its object while it is replaced. */
  preemptedPrefix: (job: JobRef) => `preempted/${jobKey(job)}`,
  /** The object that comes in the place of a suspended one; there only while they change places. */
  returningKey: (job: JobRef) => `preempted/${jobKey(job)}/returning.json`,

  /** Folder of a job's claimed epochs. */
  epochsPrefix: (job: JobRef) => `epochs/${jobKey(job)}`,
  /** Claim of an epoch: created only if absent. Numbers are not padded, so compare them as numbers. */
  epochKey: (job: JobRef, epoch: number) => `epochs/${jobKey(job)}/${epoch}`,

  /**
   * Folder in which a zone with several peers notes, in the store of each of them, which one holds the standby of each
   * of its jobs.
   */
  seatsPrefix: (home: string) => `seats/${home}`,
  /** Folder of one job's notes: the newest counts. */
  jobSeatsPrefix: (home: string, job: JobRef) => `seats/${home}/${jobKey(job)}`,
  /** All that a note says is in its name, so that one listing reads the notes of all jobs. */
  seatKey: (home: string, job: JobRef, seat: { peer: string; atMs: number }) =>
    `seats/${home}/${jobKey(job)}/${seat.atMs}.${seat.peer}`,

  /** Folder of all copies of files that jobs need to start: jars, bundles. Jobs share them. */
  artifactsPrefix: artifactFolder,
  /** One of them, by the sha256 of its bytes in lower-case hex. Its own name stays: Flink knows a jar by that. */
  artifactKey: (sha256: string, fileName: string) => `${artifactFolder}/${sha256}/${fileName}`,
  /** Folder of marks: nobody names the copy of this digest any more, so it may go. */
  leavingCopiesPrefix: 'artifacts/leaving',
  leavingCopyKey: (sha256: string) => `artifacts/leaving/${sha256}`,
  /** Folder of announcements: somebody deletes copies now. */
  deletingCopiesPrefix: 'artifacts/deleting',
  deletingCopiesKey: (token: string) => `artifacts/deleting/${token}`,
  /** Folder of notes on what was copied, one for each file at home. */
  artifactSourcesPrefix: 'artifacts/sources',
  /** `pathDigest`: a digest of the file's path in the home zone's store. */
  artifactSourceKey: (home: string, store: string, pathDigest: string) =>
    `artifacts/sources/${home}/${store}/${pathDigest}.json`,

  /** How fast the newest escapes into this zone went. */
  measuresKey: 'reports/measures.json',
  /** Folder of one report and its evidence. */
  reportPrefix: (kind: ReportKind, id: string) => `reports/${kind}/${id}`,
  reportKey: (kind: ReportKind, id: string, format: 'json' | 'html') => `reports/${kind}/${id}/report.${format}`,
  evidenceKey: (kind: ReportKind, id: string, name: string) => `reports/${kind}/${id}/evidence/${name}`,
} as const;

/** The epoch that a key below `epochsPrefix(job)` claims; undefined for any other key. */
export function epochOfKey(job: JobRef, key: string): number | undefined {
  const folder = `${storeKeys.epochsPrefix(job)}/`;
  if (!key.startsWith(folder)) return undefined;
  const digits = key.slice(folder.length);
  if (!/^[1-9]\d{0,14}$/.test(digits)) return undefined;
  return Number(digits);
}

/** The id in the key of a job's manifest; undefined for any other key. */
export function recoveryPointIdOfKey(job: JobRef, key: string): string | undefined {
  const folder = `${storeKeys.recoveryPointsPrefix(job)}/`;
  if (!key.startsWith(folder) || !key.endsWith('/manifest.json')) return undefined;
  const id = key.slice(folder.length, -'/manifest.json'.length);
  return id === '' || id.includes('/') ? undefined : id;
}
