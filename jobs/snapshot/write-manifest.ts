/** Makes a recovery point of a snapshot: every file of it seen, then the manifest, which is written last. */
import type { Artifact } from '../../model/artifacts/schema.ts';
import type { FlinkDeploymentSpec } from '../../model/job/flink-deployment.ts';
import type { StageProgress } from '../../model/protect/round-progress.ts';
import { recoveryPointId } from '../../model/recovery/id.ts';
import type { RecoveryPointManifest } from '../../model/recovery/manifest.ts';
import { flinkPath, storeKeys } from '../../model/store-location.ts';
import { addToPointIndex } from '../recovery-points/point-index.ts';
import { verifySnapshot } from '../recovery-points/verify-snapshot.ts';
import type { Clock, Pulse } from '../../adapters/ports.ts';
import { currentEpoch } from './current-epoch.ts';
import type { RoundPlan } from './round-plan.ts';
import type { TakenSnapshot } from './taken-snapshot.ts';

/** What belongs to the snapshot. */
export interface SnapshotOf {
  flink: { id: string; version: string };
  artifacts: Artifact[];
  spec: FlinkDeploymentSpec;
}

/** @returns the manifest, and its address for Flink jobs of the peer zone @throws TypedFailure when a file is not there */
export async function writeManifest(
  ports: Clock,
  { job, active, tier, mode, home, peer, storeName, peerStore, store }: RoundPlan,
  taken: TakenSnapshot,
  { flink, artifacts, spec }: SnapshotOf,
  pulse: Pulse,
): Promise<{ manifest: RecoveryPointManifest; address: string }> {
  pulse.beat({ stage: 'verifying' } satisfies StageProgress);
  const verified = await verifySnapshot(store, peerStore, taken.key, pulse.signal);
  const id = recoveryPointId(taken.stateAtMs, taken.token);
  const manifest: RecoveryPointManifest = {
    schema: 1,
    id,
    job,
    tier,
    mode,
    from: home.name,
    to: peer.name,
    store: storeName,
    epoch: await currentEpoch(ports, store, active, home.name, pulse.signal),
    stateAt: new Date(taken.stateAtMs).toISOString(),
    verifiedAt: new Date(ports.now()).toISOString(),
    flinkVersion: flink.version,
    flinkJobId: flink.id,
    checkpointId: verified.checkpointId,
    snapshot: taken.key,
    restorePath: flinkPath(peerStore, taken.key, 'inZone'),
    files: verified.files.map((file) => withDigest(file, taken)),
    totalBytes: verified.totalBytes,
    ...(artifacts.length > 0 ? { artifacts } : {}),
    spec,
  };
  const key = storeKeys.recoveryPointKey(job, id);
  const json = new TextEncoder().encode(JSON.stringify(manifest, null, 2));
  pulse.beat({ stage: 'manifest' } satisfies StageProgress);
  await addToPointIndex(store, job, id, pulse.signal);
  await store.put(key, json, { contentType: 'application/json', signal: pulse.signal });
  return { manifest, address: flinkPath(peerStore, key, 'inZone') };
}

function withDigest(file: { key: string; sizeBytes: number }, { digests }: TakenSnapshot) {
  const known = digests.get(file.key);
  return known?.sizeBytes === file.sizeBytes ? { ...file, sha256: known.sha256 } : file;
}
