/** Where a file lies that a job needs to start: does it die with the zone? */
import type { StoreConfig } from '../config/types.ts';
import { flinkPath, keyOfFlinkPath, wholeStore } from '../store-location.ts';

/** Stores of a zone by their names. */
export type Stores = Readonly<Record<string, StoreConfig>>;

/** The stores that a job's files may lie in, seen from one round of protection. */
export interface StoresInSight {
  home: Stores;
  peer: Stores;
  /** Of all other zones. */
  others: readonly StoreConfig[];
}

export type ArtifactPlace =
  /** In the image, or in a folder that the pod has. */
  | { kind: 'in-image' }
  /** In a store of the home zone, which is lost with it. `path` is whole, prefix included. */
  | { kind: 'in-store'; store: string; path: string }
  /** In a store of the peer zone already. */
  | { kind: 'in-peer'; store: string; path: string }
  /** Anywhere else: nobody knows whether it lives without the home zone. */
  | { kind: 'elsewhere'; zoneStore: boolean };

/** Schemes of files that the pod has; a path without a scheme is one too. */
const localSchemes = new Set(['local', 'file']);

const schemePattern = /^([A-Za-z][A-Za-z0-9+.-]*):/;

export function placeOf(uri: string, stores: StoresInSight): ArtifactPlace {
  const scheme = schemeOf(uri);
  if (scheme === undefined || localSchemes.has(scheme)) return { kind: 'in-image' };
  const there = found(uri, stores.peer);
  const home = found(uri, stores.home);
  // Two servers may both have a bucket of this name: then a job at home reads that of its own zone.
  if (home && !(there && isSameStore(stores.home[home.store]!, stores.peer[there.store]!))) {
    return { kind: 'in-store', ...home };
  }
  if (there) return { kind: 'in-peer', ...there };
  return { kind: 'elsewhere', zoneStore: stores.others.some((one) => wholePath(uri, one) !== undefined) };
}

/**
 * How Flink and the pods of the peer zone name the copy. The scheme stays the one that was written where both stores
 * are S3 and it is not that of the home zone's settings: a pod that fetches by `s3://` does not know `s3a://`.
 */
export function uriInPeer(uri: string, key: string, { home, peer }: { home: StoreConfig; peer: StoreConfig }): string {
  const path = flinkPath(peer, key, 'inZone');
  const scheme = schemeOf(uri);
  if (home.type !== 's3' || peer.type !== 's3' || scheme === undefined || scheme === home.flinkSchemes.inZone) {
    return path;
  }
  return path.replace(schemePattern, `${scheme}:`);
}

/** The last part of its path: Flink takes a file for a jar by its name, and so does whoever reads the store. */
export function fileNameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function schemeOf(uri: string): string | undefined {
  return schemePattern.exec(uri)?.[1]!.toLowerCase();
}

function found(uri: string, stores: Stores): { store: string; path: string } | undefined {
  for (const [store, config] of Object.entries(stores)) {
    const path = wholePath(uri, config);
    if (path !== undefined) return { store, path };
  }
  return undefined;
}

function wholePath(uri: string, config: StoreConfig): string | undefined {
  return keyOfFlinkPath(wholeStore(config), uri);
}

function isSameStore(a: StoreConfig, b: StoreConfig): boolean {
  if (a.type === 's3' && b.type === 's3') return a.endpoint === b.endpoint && a.bucket === b.bucket;
  return a.type === 'webhdfs' && b.type === 'webhdfs' && a.flinkUri === b.flinkUri;
}
