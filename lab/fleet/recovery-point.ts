/** A recovery point of a simulated job, as the product's protection would leave it in the peer zone's store. */
import type { RecoveryPointManifest } from '../../model/recovery/manifest.ts';
import { recoveryPointId } from '../../model/recovery/id.ts';
import { storeKeys } from '../../model/store-keys.ts';
import { drawId } from './draw.ts';
import { specOf, type FleetJob, type FleetPlace } from './fleet-jobs.ts';
import { writeMetadata } from '../../simulation/snapshot/small-metadata.ts';

const stateFile = '0f5a6a7e-state';
const stateBytes = 64;
const checkpointId = 7;

export interface FleetPoint {
  /** Key of the manifest below the store's prefix. */
  manifestKey: string;
  /** As Flink jobs of the peer zone see it. */
  restorePath: string;
  /** All files by key below the store's prefix, the manifest and the job's first epoch last. */
  files: [key: string, bytes: Uint8Array][];
}

/** `root` is the store's root as Flink jobs write it, such as `s3a://bucket/prefix`. */
export function recoveryPointOf(
  job: FleetJob,
  place: FleetPlace & { store: string },
  made: { seed: number; stateAtMs: number; root: string },
): FleetPoint {
  const triggerId = drawId(made.seed, 'trigger', job.name);
  const snapshot = `${storeKeys.snapshotPrefix(job, triggerId)}/savepoint-${triggerId.slice(0, 6)}`;
  const metadata = writeMetadata({ checkpointId, file: stateFile, sizeBytes: stateBytes });
  const id = recoveryPointId(made.stateAtMs, triggerId);
  const restorePath = `${made.root}/${snapshot}`;
  const manifest: RecoveryPointManifest = {
    schema: 1,
    id,
    job: { namespace: job.namespace, name: job.name },
    tier: job.tier,
    mode: 'savepoint',
    from: place.home,
    to: place.peer,
    store: place.store,
    epoch: 1,
    stateAt: new Date(made.stateAtMs).toISOString(),
    verifiedAt: new Date(made.stateAtMs + 1_000).toISOString(),
    flinkVersion: '1.20.0',
    flinkJobId: drawId(made.seed, 'home job', job.name),
    checkpointId,
    snapshot,
    restorePath,
    files: [
      { key: `${snapshot}/_metadata`, sizeBytes: metadata.length },
      { key: `${snapshot}/${stateFile}`, sizeBytes: stateBytes },
    ],
    totalBytes: metadata.length + stateBytes,
    spec: specOf(job, place, 'suspended'),
  };
  const json = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
  const manifestKey = storeKeys.recoveryPointKey(job, id);
  const claim = { owner: 'protect', zone: place.home, at: manifest.stateAt };
  return {
    manifestKey,
    restorePath,
    files: [
      [`${snapshot}/${stateFile}`, new Uint8Array(stateBytes)],
      [`${snapshot}/_metadata`, metadata],
      [manifestKey, json(manifest)],
      [storeKeys.epochKey(job, 1), json(claim)],
    ],
  };
}
