/**
 * Which recovery points of a job may go, and with them which files. Shipped recovery points share files, so a file goes
 * only when nothing that stays refers to it: references are counted, age alone decides nothing.
 */
import { foldersLeftEmpty } from './folders.ts';
import { isYoung } from './worth.ts';
import type { ExpiredPoint, KeepReason, RetentionPlan, RetentionQuestion, SeenFile, SeenPoint } from './types.ts';

/** The decision. The same question always has the same answer; asked again after its deed, it has nothing left to do. */
export function planRetention(question: RetentionQuestion): RetentionPlan {
  const { keep, gone, reliedOn } = sortOut(question);
  const kept = keep.map(({ point, why }) => {
    return { id: point.id, why, revive: point.tombstone && point.manifest === 'there' };
  });
  const blockedBy = keep.find(({ point }) => point.manifest === 'unreadable')?.point.id;
  if (blockedBy !== undefined) return { keep: kept, expire: [], orphans: [], orphanFolders: [], reliedOn, blockedBy };
  const keptFiles = new Set(question.held.files);
  for (const { point } of keep) for (const { key } of point.files) keptFiles.add(key);
  const heldFolders = [...question.held.snapshots].map((folder) => `${folder}/`);
  const isNeeded = (key: string) => keptFiles.has(key) || heldFolders.some((folder) => key.startsWith(folder));

  const free = new Map<string, SeenFile>();
  for (const file of question.files) if (!isNeeded(file.key)) free.set(file.key, file);
  const named = new Set<string>();
  const expire: ExpiredPoint[] = gone.toReversed().map(({ id, tombstone, files }) => {
    const own = files.filter(({ key }) => free.has(key) && !named.has(key));
    for (const { key } of own) named.add(key);
    // The size that lies there, which for a merged file is more than the recovery point used.
    const going = own.map(({ key }) => ({ key, sizeBytes: free.get(key)!.sizeBytes }));
    return { id, tombstone, files: going, folders: [] };
  });
  const orphans = orphansAmong(
    [...free.values()].filter(({ key }) => !named.has(key)),
    question,
  );

  const going = new Set([...named, ...orphans.map(({ key }) => key)]);
  const staying = question.files.filter(({ key }) => !going.has(key)).map(({ key }) => key);
  for (const [index, point] of expire.entries()) {
    const keys = gone.at(-1 - index)!.files.map(({ key }) => key);
    point.folders = foldersLeftEmpty(keys, staying, question.snapshotsFolder);
  }
  const orphanKeys = orphans.map(({ key }) => key);
  const orphanFolders = foldersLeftEmpty(orphanKeys, staying, question.snapshotsFolder);
  return { keep: kept, expire, orphans, orphanFolders, reliedOn, blockedBy };
}

/** True for a recovery point that an escape could start from: readable, not marked, all its files there. */
export function isIntact(point: SeenPoint, sizes: ReadonlyMap<string, number>): boolean {
  if (point.manifest !== 'there' || point.damaged) return false;
  return point.files.every(({ key, sizeBytes }) => (sizes.get(key) ?? -1) >= sizeBytes);
}

/** Both lists newest first. A tombstone whose manifest is gone cannot come back: nothing restores from it. */
function sortOut(question: RetentionQuestion): {
  keep: { point: SeenPoint; why: KeepReason }[];
  gone: SeenPoint[];
  reliedOn: string[];
} {
  const sizes = new Map(question.files.map(({ key, sizeBytes }) => [key, sizeBytes]));
  const keep: { point: SeenPoint; why: KeepReason }[] = [];
  const gone: SeenPoint[] = [];
  const intact: string[] = [];
  for (const point of [...question.points].sort((a, b) => (a.id < b.id ? 1 : -1))) {
    const why = reasonToKeep(point, intact.length, question);
    if (isIntact(point, sizes)) intact.push(point.id);
    if (why) keep.push({ point, why });
    else gone.push(point);
  }
  return { keep, gone, reliedOn: intact.slice(0, Math.max(1, question.policy.keep)) };
}

/** `intact`: how many newer ones are. Until enough are, nothing is deleted: a damaged one may be all that there is. */
function reasonToKeep(point: SeenPoint, intact: number, question: RetentionQuestion): KeepReason | undefined {
  const { held, policy, nowMs } = question;
  if (point.snapshot !== undefined && held.snapshots.has(point.snapshot)) return 'started from';
  // One that cannot be read may be the one that a job was started from: a login page, too, is read as a manifest.
  if (point.manifest === 'unreadable' && !ownersKnown(question)) return 'started from';
  if (point.manifest === 'gone') return undefined;
  if (held.points.has(point.id)) return 'named';
  if (intact < Math.max(1, policy.keep)) return 'newest';
  return isYoung(point.stateAtMs, policy, nowMs) ? 'young' : undefined;
}

/** Of each snapshot that is held, the recovery point can be read. */
function ownersKnown({ held, points }: RetentionQuestion): boolean {
  const owned = new Set(points.map(({ snapshot }) => snapshot));
  return [...held.snapshots].every((snapshot) => owned.has(snapshot));
}

/** A savepoint is written by many for minutes: its folder is left alone until the youngest file in it is old. */
function orphansAmong(
  unnamed: readonly SeenFile[],
  { snapshotsFolder, orphanAgeMs }: RetentionQuestion,
): { key: string; sizeBytes: number }[] {
  const unitOf = ({ key }: SeenFile) => {
    const first = key.slice(snapshotsFolder.length + 1).split('/')[0]!;
    return first === 'shipped' ? key : first;
  };
  const youngest = new Map<string, number>();
  for (const file of unnamed) {
    youngest.set(unitOf(file), Math.min(file.ageMs, youngest.get(unitOf(file)) ?? Number.POSITIVE_INFINITY));
  }
  return unnamed
    .filter((file) => youngest.get(unitOf(file))! >= orphanAgeMs)
    .map(({ key, sizeBytes }) => ({ key, sizeBytes }));
}
