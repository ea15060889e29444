/** Finds a running job and the store that keeps its recovery points. */
import type { StoreConfig } from '../../model/config/types.ts';
import { jobKey, type JobRef } from '../../model/job/job.ts';
import type { FlinkDeployment } from '../../model/job/flink-deployment.ts';
import { annotations, labels } from '../../model/job/marks.ts';
import { isTier, type Tier } from '../../model/job/tier.ts';
import { anyOtherZone, standbyIsIn, writtenPeer } from '../../model/placement/job-peer.ts';
import { storeNameOf } from '../../model/placement/job-store.ts';
import type { SnapshotStore } from '../../adapters/storage/port.ts';
import { TypedFailure } from '../../adapters/typed-failure.ts';
import { type Clusters, type Configured, type Stores, zoneConfig } from '../../adapters/ports.ts';

export interface KeptJob {
  job: JobRef;
  tier: Tier;
  /** Zone in which it runs, and its object there. */
  home: string;
  active: FlinkDeployment;
  /** Zone whose store keeps its recovery points. */
  peer: string;
  storeName: string;
  storeConfig: StoreConfig;
  store: SnapshotStore;
}

/** @throws TypedFailure `JobNotFound`, `NoTier`, `BadInput` */
export async function findJob(
  ports: Configured & Clusters & Stores,
  zone: string,
  job: JobRef,
  signal: AbortSignal,
): Promise<KeptJob> {
  const home = zoneConfig(ports, zone);
  const active = await ports.cluster(zone).getDeployment(job, signal);
  if (!active || (active.metadata.labels?.[labels.role] ?? 'active') !== 'active') {
    throw new TypedFailure('JobNotFound', `${zone} has no active FlinkDeployment ${jobKey(job)}`);
  }
  const tier = active.metadata.labels?.[labels.tier];
  if (!isTier(tier)) {
    throw new TypedFailure('NoTier', `FlinkDeployment ${jobKey(job)} in ${zone} has no tier in label ${labels.tier}`);
  }
  const storeName = storeNameOf(active, home);
  // Of several peers the one that the last round has written; before the first round there is nothing anywhere.
  const written = standbyIsIn({ written: writtenPeer(active) }, anyOtherZone(ports.config, zone));
  const peer = (home.peers && written) ?? home.peer;
  const storeConfig = zoneConfig(ports, peer).stores[storeName];
  if (!storeConfig) {
    const sentence = `${jobKey(job)}: annotation ${annotations.store} names "${storeName}", which is no store of ${peer}`;
    throw new TypedFailure('BadInput', sentence);
  }
  const store = ports.store(peer, storeName);
  return { job, tier, home: zone, active, peer, storeName, storeConfig, store };
}
