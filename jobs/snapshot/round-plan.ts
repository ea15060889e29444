/** What one round of protection is about, settled from request, job and configuration before anything is done. */
import type { StoreConfig, ZoneConfig } from '../../model/config/types.ts';
import { renderSpecForZone } from '../../model/move/standby.ts';
import { artifactsOf, type FoundArtifact } from '../../model/artifacts/find.ts';
import { jobKey, type JobRef } from '../../model/job/job.ts';
import { annotations } from '../../model/job/marks.ts';
import type { FlinkDeployment, FlinkDeploymentSpec } from '../../model/job/flink-deployment.ts';
import { chooseMode, modePolicies } from '../../model/job/mode.ts';
import type { Tier } from '../../model/job/tier.ts';
import type { SnapshotStore } from '../../adapters/storage/port.ts';
import { TypedFailure } from '../../adapters/typed-failure.ts';
import { type Configured, type Stores, zoneConfig } from '../../adapters/ports.ts';
import type { JobSeat } from '../standby/job-seat.ts';
import type { ProtectJobRequest } from '../../model/results/protect.ts';
import { storeNameOf } from '../../model/placement/job-store.ts';

export interface RoundPlan {
  /** Name of the round: the same for a repeated call. */
  round: string;
  job: JobRef;
  /** The job's object at home. */
  active: FlinkDeployment;
  tier: Tier;
  seat: JobSeat;
  mode: 'savepoint' | 'ship';
  home: ZoneConfig;
  peer: ZoneConfig;
  /** Name of the job's store, the same in both zones. */
  storeName: string;
  homeStore: StoreConfig;
  peerStore: StoreConfig;
  /** The peer's, below the product's prefix. */
  store: SnapshotStore;
  /** The job's spec for the peer, with the files that it needs still where they are at home. */
  rendered: FlinkDeploymentSpec;
  found: FoundArtifact[];
}

/** @throws TypedFailure `BadInput` for a mark of the job that cannot be followed */
export function planRound(
  ports: Configured & Stores,
  request: ProtectJobRequest,
  active: FlinkDeployment,
  { tier, seat }: { tier: Tier; seat: JobSeat },
): RoundPlan {
  const home = zoneConfig(ports, request.zone);
  const peer = zoneConfig(ports, seat.peer);
  const job: JobRef = { namespace: request.namespace, name: request.name };
  const marks = active.metadata.annotations ?? {};
  const storeName = storeNameOf(active, home);
  const [homeStore, peerStore] = [home.stores[storeName], peer.stores[storeName]];
  if (!homeStore || !peerStore) {
    throw new TypedFailure(
      'BadInput',
      `${jobKey(job)}: annotation ${annotations.store} names "${storeName}", which is no store of ${home.name} and ${peer.name}`,
    );
  }
  const choice = chooseMode(active, ports.config.tiers[tier].mode);
  if ('bad' in choice) {
    throw new TypedFailure(
      'BadInput',
      `${jobKey(job)}: annotation ${annotations.mode} says "${choice.bad}"; write ${modePolicies.join(', ')}`,
    );
  }
  const rendered = renderSpecForZone(active, peer, { home: homeStore, there: peerStore });
  const found = artifactsOf(rendered, marks[annotations.artifacts], {
    home: home.stores,
    peer: peer.stores,
    others: storesBeside(ports, [home.name, peer.name]),
  });
  const store = ports.store(peer.name, storeName);
  const { round } = request;
  const places = { home, peer, storeName, homeStore, peerStore, store };
  return { round, job, active, tier, seat, mode: choice.mode, ...places, rendered, found };
}

/** Of all zones but these. */
function storesBeside(ports: Configured, zones: readonly string[]): StoreConfig[] {
  const others = Object.values(ports.config.zones).filter(({ name }) => !zones.includes(name));
  return others.flatMap(({ stores }) => Object.values(stores));
}
