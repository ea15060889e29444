/** What a decision on old recovery points is made from, and what it says. */
import type { KeptArtifact } from '../../artifacts/schema.ts';

/** One folder of `recovery-points/<namespace>/<job>/`, as it lies there. */
export interface SeenPoint {
  id: string;
  /** `gone`: only a tombstone is left of it; `unreadable`: nobody can say which files it needs. */
  manifest: 'there' | 'gone' | 'unreadable';
  /** Its deletion was begun: what the manifest said lies in a tombstone beside it. */
  tombstone: boolean;
  /** A re-check marked it. */
  damaged: boolean;
  /** Key of the snapshot's folder; undefined where neither manifest nor tombstone can be read. */
  snapshot: string | undefined;
  /** Milliseconds since the epoch: when the state was as it is in it. */
  stateAtMs: number;
  /** Its files with the least size of each, and the sha256 of that much where it is known. */
  files: readonly { key: string; sizeBytes: number; sha256?: string | undefined }[];
  /** Copies of jars that it needs, which other jobs may share. */
  artifacts?: readonly KeptArtifact[];
}

/** One object below `snapshots/<namespace>/<job>/`. */
export interface SeenFile {
  key: string;
  sizeBytes: number;
  /** Time since it was written, by the store's own clock. */
  ageMs: number;
}

export interface RetentionPolicy {
  /** The newest intact recovery points that stay: at least one. */
  keep: number;
  /** Recovery points with state younger than this stay as well. */
  keepForMs: number;
}

/** What somebody still needs, whatever the policy says. */
export interface HeldState {
  /** Recovery points that an object in Kubernetes names. */
  points: ReadonlySet<string>;
  /** Snapshot folders from which a job was started that has not yet replaced them by a checkpoint of its own. */
  snapshots: ReadonlySet<string>;
  /** Single files that a running job's own checkpoint still refers to. */
  files: ReadonlySet<string>;
}

export interface RetentionQuestion {
  points: readonly SeenPoint[];
  files: readonly SeenFile[];
  /** Folder of the job's snapshots: all `files` lie below it. */
  snapshotsFolder: string;
  policy: RetentionPolicy;
  held: HeldState;
  nowMs: number;
  /** Age from which a file that no recovery point ever named is a leftover, and not part of one that is being made. */
  orphanAgeMs: number;
}

export type KeepReason = 'newest' | 'young' | 'named' | 'started from';

export interface RetentionPlan {
  /** Newest first. `revive`: its deletion had begun, and its manifest is still there. */
  keep: { id: string; why: KeepReason; revive: boolean }[];
  /** Oldest first: when time runs out, the oldest are gone. */
  expire: ExpiredPoint[];
  /** Files that no recovery point names: what a killed worker or a failed savepoint left. */
  orphans: { key: string; sizeBytes: number }[];
  /** Folders in which nothing is left then, the deepest first. */
  orphanFolders: string[];
  /** Newest first: the intact ones that stay for the policy's sake. That they are intact is why others may go. */
  reliedOn: string[];
  /** A recovery point that stays and cannot be read: it may need any file, so none is deleted while it stays. */
  blockedBy: string | undefined;
}

export interface ExpiredPoint {
  id: string;
  tombstone: boolean;
  /** Those of its files that nothing else needs. One that two expired points share stands with the older. */
  files: { key: string; sizeBytes: number }[];
  /** Folders in which nothing is left then, the deepest first. */
  folders: string[];
}
