/**
 * What must be copied so that a checkpoint of one zone can be restored in another, and where its `_metadata` points
 * to then. A file that is copied keeps its whole path at home below one folder, so that checkpoints share it, and two
 * files never meet under one name. Flink gives every state file a random name and never writes another content under
 * it; a merged file only grows, and what lies before its end stays.
 */
import type { StoreConfig } from '../config/types.ts';
import { flinkPath, keyOfFlinkPath } from '../store-location.ts';
import { requiredFiles, type RequiredFile } from './required-files.ts';
import type { SnapshotReference } from './types.ts';

export interface ShipQuestion {
  references: readonly SnapshotReference[];
  home: {
    /** The whole store at home, see `wholeStore`: checkpoints lie outside the product's prefix. */
    store: StoreConfig;
    /** Key of the folder that holds the checkpoint's `_metadata`. */
    folder: string;
  };
  peer: {
    store: StoreConfig;
    /** Key of the folder that will hold the copy's `_metadata`, and the files beside it. */
    folder: string;
    /** Key of the folder for all other files. */
    filesFolder: string;
    /** Sizes of what lies in both folders, by key. */
    present: ReadonlyMap<string, number>;
  };
}

/** One file: the first `sizeBytes` of `from` at home, as `to` in the peer. */
export interface ShipCopy {
  from: string;
  to: string;
  /** Its whole size; of a merged file as much as the checkpoint uses. */
  sizeBytes: number;
}

export interface ShipPlan {
  /** What the peer lacks, in the order of first reference. */
  copies: ShipCopy[];
  copyBytes: number;
  /** Files that the peer has already. */
  reusedFiles: number;
  reusedBytes: number;
  /** For each path in `_metadata` but the relative ones: what to write instead. */
  newPaths: Record<string, string>;
}

export type ShipPlanResult =
  | { ok: true; plan: ShipPlan }
  /** A path that is none of the home store: such a file cannot be reached. */
  | { ok: false; outside: string };

export function planShipping({ references, home, peer }: ShipQuestion): ShipPlanResult {
  const newPaths: Record<string, string> = {};
  for (const { kind, path } of references) {
    if (kind === 'relative') continue;
    const key = keyOfFlinkPath(home.store, path);
    if (key === undefined) return { ok: false, outside: path };
    // A job of the peer's own zone will read it.
    newPaths[path] = flinkPath(peer.store, `${peer.filesFolder}/${key}`, 'inZone');
  }

  const copies: ShipCopy[] = [];
  const plan: ShipPlan = { copies, copyBytes: 0, reusedFiles: 0, reusedBytes: 0, newPaths };
  for (const { from, to, sizeBytes, sizeIs } of filesByPlace(references, home, peer)) {
    const size = peer.present.get(to);
    if (size !== undefined && (sizeIs === 'exact' ? size === sizeBytes : size >= sizeBytes)) {
      plan.reusedFiles += 1;
      plan.reusedBytes += sizeBytes;
    } else {
      copies.push({ from, to, sizeBytes });
      plan.copyBytes += sizeBytes;
    }
  }
  return { ok: true, plan };
}

/** Each file of the home store once, though several paths may name it: `s3a://b/x` and `s3p://b/x`. */
function filesByPlace(
  references: readonly SnapshotReference[],
  home: ShipQuestion['home'],
  peer: ShipQuestion['peer'],
): (ShipCopy & Pick<RequiredFile, 'sizeIs'>)[] {
  const files = new Map<string, ShipCopy & Pick<RequiredFile, 'sizeIs'>>();
  for (const { path, relative, sizeBytes, sizeIs } of requiredFiles(references)) {
    const from = relative ? `${home.folder}/${path}` : keyOfFlinkPath(home.store, path)!;
    const to = relative ? `${peer.folder}/${path}` : `${peer.filesFolder}/${from}`;
    const known = files.get(to);
    files.set(to, {
      from,
      to,
      sizeBytes: Math.max(sizeBytes, known?.sizeBytes ?? 0),
      sizeIs: sizeIs === 'exact' || known?.sizeIs === 'exact' ? 'exact' : 'at-least',
    });
  }
  return [...files.values()];
}
